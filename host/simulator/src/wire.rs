//! The wire protocols of AWS: JSON 1.1 for ECS, Query and XML for classic ELB.
