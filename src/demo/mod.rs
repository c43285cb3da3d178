//! What the demo chatbot "Guide" has read: this project's own documentation.
