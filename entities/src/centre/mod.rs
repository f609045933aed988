pub mod centre_settings;
