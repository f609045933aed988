//! Accuracy (Articles 5(1)(d), 16, 18(1)(a)): asking people whether what is held is still right.
