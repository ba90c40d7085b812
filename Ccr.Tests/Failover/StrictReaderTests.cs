using System.Text;
using System.Text.RegularExpressions;
using Ccr.Bench.Wire;

namespace Ccr.Tests.Failover;

/// <summary>The referee's readers take what the protocols allow, and name what they do not.</summary>
public class StrictReaderTests
{
    private const string Start = """{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"usage":{"input_tokens":7,"output_tokens":1}}}""";
    private const string Open = """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""";
    private const string Delta = """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"w1"}}""";
    private const string Close = """{"type":"content_block_stop","index":0}""";
    private const string End = """{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":3}}""";
    private const string Stop = """{"type":"message_stop"}""";
    private const string MessagesError = """{"type":"error","error":{"type":"overloaded_error","message":"too much"}}""";
    private const string Text = """{"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"content":"w1"},"finish_reason":null}]}""";
    private const string Finish = """{"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""";
    private const string Usage = """{"id":"c","object":"chat.completion.chunk","model":"m","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}""";
    private const string ChatError = """{"error":{"message":"too much","type":"server_error","code":null}}""";

    [Fact]
    public void A_whole_message_is_taken_byte_by_byte()
    {
        var reader = Read(WireDialect.Messages, Named(Start, Open, """{"type":"ping"}""", Delta, Close, End, Stop), pieces: 1);

        Assert.Null(reader.Problem);
        Assert.Equal<(string, string?, long?, long?, string?)>(("w1", "end_turn", 7, 3, "m"), (reader.Text.ToString(), reader.StopReason, reader.InputTokens, reader.OutputTokens, reader.Model));
    }

    [Fact]
    public void Tool_calls_of_a_message_are_gathered()
    {
        var reader = Read(WireDialect.Messages, Named(
            Start,
            """{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t1","name":"run","input":{}}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"a\""}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":":1}"}}""",
            Close,
            End,
            Stop));

        Assert.Null(reader.Problem);
        Assert.Equal([new WireCall("t1", "run", """{"a":1}""")], reader.Calls);
    }

    public static TheoryData<string, string[]> WrongMessages => new()
    {
        { "message_start came twice", [Start, Start] },
        { "without its last event", [Start, Open, Delta, Close, End] },
        { "without its last event", [Start, Open, Delta] },
        { "message_delta before the message, inside a block", [Start, Open, Delta, End, Stop] },
        { "message_stop without message_delta", [Start, Open, Delta, Close, Stop] },
        { "a block before message_start", [Open] },
        { "inside a block", [Start, Open, Open] },
        { "where 1 is due", [Start, Open, Close, Open] },
        { "a delta of another block", [Start, Open, Delta.Replace("\"index\":0", "\"index\":4", StringComparison.Ordinal)] },
        { "that is not open", [Start, Close] },
        { "bytes after the end", [Start, Open, Delta, Close, End, Stop, """{"type":"ping"}"""] },
        { "bytes after the end", [Start, MessagesError, Stop] },
        { "event 2", [Start, """{"type":"content_block_start","ind"""] },
        { "'content_block' is missing", [Start, """{"type":"content_block_start","index":0}"""] },
        { "does not have", [Start, """{"type":"sausage"}"""] },
    };

    [Theory]
    [MemberData(nameof(WrongMessages))]
    public void What_breaks_Messages_is_named(string named, string[] events) =>
        Assert.Contains(named, Read(WireDialect.Messages, Named(events)).Problem, StringComparison.Ordinal);

    [Fact]
    public void An_error_event_is_an_end_and_no_problem()
    {
        var messages = Read(WireDialect.Messages, Named(Start, Open, Delta, MessagesError));
        var chat = Read(WireDialect.Chat, Data(Text, ChatError));
        var responses = Read(WireDialect.Responses, Named("""{"type":"error","sequence_number":0,"code":"server_error","message":"too much","param":null}"""));

        Assert.All([messages, chat, responses], reader =>
        {
            Assert.Null(reader.Problem);
            Assert.Equal("too much", reader.Error);
        });
    }

    [Fact]
    public void A_whole_chat_is_taken()
    {
        var reader = Read(WireDialect.Chat, ": waiting\n\n" + Data(Text, Finish, Usage, "[DONE]"));

        Assert.Null(reader.Problem);
        Assert.Equal<(string, string?, long?, long?)>(("w1", "stop", 7, 3), (reader.Text.ToString(), reader.StopReason, reader.InputTokens, reader.OutputTokens));
    }

    public static TheoryData<string, string[]> WrongChats => new()
    {
        { "without its last event", [Text, Finish] },
        { "[DONE] without a finish_reason", [Text, "[DONE]"] },
        { "content after the finish_reason", [Text, Finish, Text, "[DONE]"] },
        { "finish_reason came twice", [Text, Finish, Finish, "[DONE]"] },
        { "the id changed", [Text, Finish.Replace("\"c\"", "\"d\"", StringComparison.Ordinal)] },
        { "usage came twice", [Text, Finish, Usage, Usage] },
        { "bytes after the end", [Text, Finish, "[DONE]", Text] },
        { "bytes after the end", [Text, ChatError, "[DONE]"] },
        { "event 2", [Text, "{\"id\":\"c\",\"obj"] },
    };

    [Theory]
    [MemberData(nameof(WrongChats))]
    public void What_breaks_Chat_is_named(string named, string[] events) =>
        Assert.Contains(named, Read(WireDialect.Chat, Data(events)).Problem, StringComparison.Ordinal);

    [Fact]
    public void A_whole_response_is_taken()
    {
        var reader = Read(WireDialect.Responses, Named(Response()));

        Assert.Null(reader.Problem);
        Assert.Equal<(string, string?, long?, long?)>(("w1 w2", "completed", 7, 3), (reader.Text.ToString(), reader.StopReason, reader.InputTokens, reader.OutputTokens));
    }

    [Theory]
    [InlineData("without its last event", 8, -1)]
    [InlineData("sequence_number", -1, 3)]
    [InlineData("begins with", -1, 0)]
    [InlineData("of an item that is not open", -1, 1)]
    [InlineData("output_text.done says another text", -1, 4)]
    public void What_breaks_Responses_is_named(string named, int keep, int without)
    {
        var events = Response().ToList();
        if (keep > 0)
        {
            events = events[..keep];
        }

        if (without >= 0)
        {
            events.RemoveAt(without);
            if (named != "sequence_number")
            {
                events = [.. events.Select((e, i) => Regex.Replace(e, "\"sequence_number\":[0-9]+", $"\"sequence_number\":{i}"))];
            }
        }

        Assert.Contains(named, Read(WireDialect.Responses, Named([.. events])).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_connection_and_half_an_event_are_no_end()
    {
        var broken = StrictReader.Of(WireDialect.Chat);
        broken.Feed(Encoding.UTF8.GetBytes(Data(Text)));
        broken.End("reset");
        var half = StrictReader.Of(WireDialect.Chat);
        half.Feed(Encoding.UTF8.GetBytes(Data(Text, Finish, "[DONE]").TrimEnd('\n')));
        half.End();

        Assert.Contains("broke after 1 events: reset", broken.Problem, StringComparison.Ordinal);
        Assert.Contains("within an event", half.Problem, StringComparison.Ordinal);
    }

    private static string[] Response()
    {
        const string item = """{"id":"msg_1","type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"w1 w2"}]}""";
        return
        [
            """{"type":"response.created","sequence_number":0,"response":{"id":"r","model":"m","status":"in_progress","output":[]}}""",
            """{"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"id":"msg_1","type":"message"}}""",
            """{"type":"response.content_part.added","sequence_number":2,"output_index":0,"item_id":"msg_1","content_index":0,"part":{"type":"output_text","text":""}}""",
            """{"type":"response.output_text.delta","sequence_number":3,"output_index":0,"item_id":"msg_1","delta":"w1"}""",
            """{"type":"response.output_text.delta","sequence_number":4,"output_index":0,"item_id":"msg_1","delta":" w2"}""",
            """{"type":"response.output_text.done","sequence_number":5,"output_index":0,"item_id":"msg_1","text":"w1 w2"}""",
            """{"type":"response.content_part.done","sequence_number":6,"output_index":0,"item_id":"msg_1","part":{"type":"output_text","text":"w1 w2"}}""",
            """{"type":"response.output_item.done","sequence_number":7,"output_index":0,"item":ITEM}""".Replace("ITEM", item, StringComparison.Ordinal),
            """{"type":"response.completed","sequence_number":8,"response":{"id":"r","model":"m","status":"completed","output":[ITEM],"usage":{"input_tokens":7,"output_tokens":3}}}""".Replace("ITEM", item, StringComparison.Ordinal),
        ];
    }

    private static StrictReader Read(WireDialect dialect, string stream, int pieces = 4096)
    {
        var reader = StrictReader.Of(dialect);
        foreach (var piece in Encoding.UTF8.GetBytes(stream).Chunk(pieces))
        {
            reader.Feed(piece);
        }

        reader.End();
        return reader;
    }

    private static string Data(params string[] events) => string.Concat(events.Select(e => $"data: {e}\n\n"));

    // The event's name is its type; one that is no JSON has the name of its beginning.
    private static string Named(params string[] events) => string.Concat(events.Select(e => $"event: {e.Split('"')[3]}\r\ndata: {e}\r\n\r\n"));
}
