"""What `./portal` runs once Python is there: set-up, the embedded services, and the processes of the portal."""
