"""What the real server does with the model of random weights."""

from embedded_editors import browser

pytest_plugins = ["real_server"]


def test_its_answers_are_printable_and_last_until_the_room_is_used(real_llama):
    body = {"messages": [{"role": "user", "content": "explain"}], "max_tokens": 300}
    with browser(real_llama.url, real_llama.key) as client:
        for temperature in (0.0, 0.2, 1.0):
            reply = client.post("/v1/chat/completions", json={**body, "temperature": temperature})
            choice = reply.json()["choices"][0]
            text = choice["message"]["content"]
            assert choice["finish_reason"] == "length"
            assert all(char.isprintable() or char == "\n" for char in text)
            assert len(set(text.split())) > 20


def test_the_chat_template_frames_the_messages(real_llama):
    body = {"messages": [{"role": "user", "content": "explain"}]}
    with browser(real_llama.url, real_llama.key) as client:
        prompt = client.post("/apply-template", json=body).json()["prompt"]
    assert prompt == "<|im_start|>user\nexplain<|im_end|>\n<|im_start|>assistant\n"


def test_it_fills_in_the_middle(real_llama):
    body = {"input_prefix": "def f(", "input_suffix": "):", "n_predict": 8}
    with browser(real_llama.url, real_llama.key) as client:
        reply = client.post("/infill", json=body)
    assert reply.status_code == 200
    assert reply.json()["tokens_predicted"] == 8
