"""What a person sees: the demo in headless Chromium (scripts/test --browser)."""
