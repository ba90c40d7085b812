using System.Text.Json;
using Ccr.Simulator.Answers;
using Ccr.Simulator.Scripts;

namespace Ccr.Simulator.Dialects;

/// <summary>The output items of a response: one reasoning item, one message, the calls; as they are, and as the events that build them.</summary>
internal sealed class ResponsesItems(Answer answer)
{
    private const int ArgumentBytes = 12;
    private const int IncompleteSeal = 16;

    private readonly string _reasoning = string.Concat(answer.Thinking);
    private readonly string _text = string.Concat(answer.Text);

    private string ReasoningId => $"rs_{answer.Key}";

    private string MessageId => $"msg_{answer.Key}";

    /// <summary>All items, complete.</summary>
    public void Write(Utf8JsonWriter json)
    {
        if (answer.Thinking.Count > 0)
        {
            Object(json, Reasoning);
        }

        if (answer.Text.Count > 0)
        {
            Object(json, j => Message(j, EndStatus, whole: true));
        }

        for (var i = 0; i < answer.Calls.Count; i++)
        {
            Object(json, j => Call(j, i, "completed", answer.Calls[i].Input));
        }

        static void Object(Utf8JsonWriter json, Action<Utf8JsonWriter> properties)
        {
            json.WriteStartObject();
            properties(json);
            json.WriteEndObject();
        }
    }

    /// <summary>The events of all items, one item after the other.</summary>
    public void WriteEvents(FrameWriter frames)
    {
        var index = 0;
        if (answer.Thinking.Count > 0)
        {
            ReasoningEvents(frames, index++);
        }

        if (answer.Text.Count > 0)
        {
            MessageEvents(frames, index++);
        }

        for (var i = 0; i < answer.Calls.Count; i++)
        {
            CallEvents(frames, index++, i);
        }
    }

    private string EndStatus => answer.Stop is StopReason.MaxTokens or StopReason.Refusal ? "incomplete" : "completed";

    private void ReasoningEvents(FrameWriter frames, int index)
    {
        // The data of the begun item is not the final one.
        Item(frames, "added", index, json => Reasoning(json, whole: false));
        Part(frames, "response.reasoning_summary_part.added", json => WriteSummary(json, ""));
        foreach (var piece in answer.Thinking)
        {
            Delta(frames, "response.reasoning_summary_text.delta", json => At(json, ReasoningId, index, "summary_index"), piece);
        }

        ResponsesDialect.Event(frames, FrameKind.Structure, "response.reasoning_summary_text.done", json =>
        {
            At(json, ReasoningId, index, "summary_index");
            json.WriteString("text", _reasoning);
        });
        Part(frames, "response.reasoning_summary_part.done", json => WriteSummary(json, _reasoning));
        Item(frames, "done", index, Reasoning);

        void Part(FrameWriter to, string type, Action<Utf8JsonWriter> part) => ResponsesDialect.Event(to, FrameKind.Structure, type, json =>
        {
            At(json, ReasoningId, index, "summary_index");
            json.WritePropertyName("part");
            part(json);
        });
    }

    private void MessageEvents(FrameWriter frames, int index)
    {
        Item(frames, "added", index, json => Message(json, "in_progress", whole: false));
        Part(frames, "response.content_part.added", "");
        foreach (var piece in answer.Text)
        {
            Delta(frames, "response.output_text.delta", json => At(json, MessageId, index, "content_index"), piece, hasLogprobs: true);
        }

        ResponsesDialect.Event(frames, FrameKind.Structure, "response.output_text.done", json =>
        {
            At(json, MessageId, index, "content_index");
            json.WriteString("text", _text);
            EmptyArray(json, "logprobs");
        });
        Part(frames, "response.content_part.done", _text);
        Item(frames, "done", index, json => Message(json, EndStatus, whole: true));

        void Part(FrameWriter to, string type, string text) => ResponsesDialect.Event(to, FrameKind.Structure, type, json =>
        {
            At(json, MessageId, index, "content_index");
            json.WritePropertyName("part");
            WriteText(json, text);
        });
    }

    private void CallEvents(FrameWriter frames, int index, int number)
    {
        var call = answer.Calls[number];
        var (events, whole) = call.IsFreeText ? ("response.custom_tool_call_input", "input") : ("response.function_call_arguments", "arguments");
        Item(frames, "added", index, json => Call(json, number, "in_progress", ""));
        foreach (var piece in Pieces.Cut(call.Input, ArgumentBytes))
        {
            Delta(frames, $"{events}.delta", json => At(json, CallItemId(number), index, null), piece);
        }

        ResponsesDialect.Event(frames, FrameKind.Structure, $"{events}.done", json =>
        {
            At(json, CallItemId(number), index, null);
            json.WriteString(whole, call.Input);
        });
        Item(frames, "done", index, json => Call(json, number, "completed", call.Input));
    }

    private string CallItemId(int number) => $"{(answer.Calls[number].IsFreeText ? "ctc" : "fc")}_{answer.Key}{number}";

    private void Reasoning(Utf8JsonWriter json) => Reasoning(json, whole: true);

    private void Reasoning(Utf8JsonWriter json, bool whole)
    {
        var data = Signature.Seal(ReasoningId);
        json.WriteString("id", ReasoningId);
        json.WriteString("type", "reasoning");
        json.WriteStartArray("summary");
        if (whole)
        {
            WriteSummary(json, _reasoning);
        }

        json.WriteEndArray();
        json.WriteString("encrypted_content", whole ? data : data[..IncompleteSeal]);
    }

    private void Message(Utf8JsonWriter json, string status, bool whole)
    {
        json.WriteString("id", MessageId);
        json.WriteString("type", "message");
        json.WriteString("status", status);
        json.WriteStartArray("content");
        if (whole)
        {
            WriteText(json, _text);
        }

        json.WriteEndArray();
        json.WriteString("role", "assistant");
    }

    private void Call(Utf8JsonWriter json, int number, string status, string input)
    {
        var call = answer.Calls[number];
        json.WriteString("id", CallItemId(number));
        json.WriteString("type", call.IsFreeText ? "custom_tool_call" : "function_call");
        json.WriteString("status", status);
        json.WriteString(call.IsFreeText ? "input" : "arguments", input);
        json.WriteString("call_id", $"call_{answer.Key}{number}");
        json.WriteString("name", call.Name);
        if (call.Namespace is { } space)
        {
            json.WriteString("namespace", space);
        }
    }

    private static void Item(FrameWriter frames, string what, int index, Action<Utf8JsonWriter> item) =>
        ResponsesDialect.Event(frames, FrameKind.Structure, $"response.output_item.{what}", json =>
        {
            json.WriteNumber("output_index", index);
            json.WriteStartObject("item");
            item(json);
            json.WriteEndObject();
        });

    private void Delta(FrameWriter frames, string type, Action<Utf8JsonWriter> at, string piece, bool hasLogprobs = false)
    {
        var number = frames.Frames.Count;
        ResponsesDialect.Event(frames, FrameKind.Content, type, json =>
        {
            at(json);
            json.WriteString("delta", piece);
            if (hasLogprobs)
            {
                EmptyArray(json, "logprobs");
            }

            // Padding against listeners who read lengths; on unless the caller turns it off.
            if (answer.Request.Get("stream_options").Get("include_obfuscation").ValueKind != JsonValueKind.False)
            {
                json.WriteString("obfuscation", answer.Key.AsSpan(0, 1 + number % 16));
            }
        });
    }

    private static void At(Utf8JsonWriter json, string id, int index, string? inner)
    {
        json.WriteString("item_id", id);
        json.WriteNumber("output_index", index);
        if (inner is not null)
        {
            json.WriteNumber(inner, 0);
        }
    }

    private static void WriteSummary(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type", "summary_text");
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type", "output_text");
        EmptyArray(json, "annotations");
        EmptyArray(json, "logprobs");
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    private static void EmptyArray(Utf8JsonWriter json, string name)
    {
        json.WriteStartArray(name);
        json.WriteEndArray();
    }
}
