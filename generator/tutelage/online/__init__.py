"""What an environment for online training is made of: cases remade from scenarios, free words read, replies found."""
