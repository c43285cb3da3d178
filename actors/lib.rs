//! The engine of aihio: supervision, the actors with their pure states, and the ports they need from the world.

pub mod answer;
pub mod chatbot;
pub mod model;
pub mod ports;
