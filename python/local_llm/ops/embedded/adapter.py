class EmbeddedLlama:
    def __init__(self, env):
        pass

    def possible(self):
        return False

    async def start(self, settings, server):
        raise NotImplementedError

    async def aclose(self):
        pass
