pub mod legal_holds;
pub mod retention_policies;
pub mod retention_restamps;
pub mod retention_result_holds;
pub mod retention_results;
pub mod retention_runs;
pub mod retention_standings;
