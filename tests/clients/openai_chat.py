"""Asks through the official OpenAI client: python openai_chat.py BASE_URL API_KEY MODEL QUESTION

Prints one JSON object: the models, the whole answer, and the answer as it was streamed.
"""

import json
import sys

import openai


def main(base_url, api_key, model, question):
    client = openai.OpenAI(base_url=base_url, api_key=api_key, max_retries=0)
    messages = [{"role": "user", "content": question}]
    whole = client.chat.completions.create(model=model, messages=messages)
    pieces, finish, usage = [], None, None
    options = {"include_usage": True}
    stream = client.chat.completions.create(model=model, messages=messages, stream=True, stream_options=options)
    for chunk in stream:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            pieces.append(choice.delta.content or "")
            finish = choice.finish_reason or finish
    try:
        client.chat.completions.create(model="no-such-chatbot", messages=messages)
        unknown = None
    except openai.NotFoundError as error:
        unknown = error.status_code
    told = {
        "models": [model.id for model in client.models.list()],
        "whole": whole.choices[0].message.content,
        "whole_finish": whole.choices[0].finish_reason,
        "whole_model": whole.model,
        "pieces": pieces,
        "streamed_finish": finish,
        "usage": usage and usage.model_dump(exclude_none=True),
        "unknown_status": unknown,
    }
    print(json.dumps(told))


main(*sys.argv[1:])
