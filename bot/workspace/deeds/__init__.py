"""What a person does in Slack's client: write, click, fill in modals, type commands."""
