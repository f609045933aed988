pub mod centre_asks;
pub mod centre_settings;
