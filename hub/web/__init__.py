"""The web room: the API for clients, the doors for partners' calls, health; one file a subject."""
