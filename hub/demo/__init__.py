"""The demo: a hub with its worker, stand-ins of all partners, a catalogue and dossiers, on one machine."""
