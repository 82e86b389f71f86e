"""The two-way chat: people ask over Telegram, and only people on the list are answered."""
