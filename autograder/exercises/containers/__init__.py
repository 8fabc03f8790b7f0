"""What is asked of containers: facts that must hold, things that they can or cannot do, and levels of Pod Security."""
