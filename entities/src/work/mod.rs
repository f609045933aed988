pub mod job_runs;
pub mod work_items;
pub mod workers;
