"""The product for arm64 under emulation: minutes, and images that few have, so `make test` leaves it out."""
