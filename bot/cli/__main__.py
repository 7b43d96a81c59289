"""`python -m bot.cli`: the command `assent`, where its script is not at hand."""

from bot.cli import main

if __name__ == "__main__":
    main()
