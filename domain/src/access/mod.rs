//! Tenants, members and credentials: who may come in.
