using System.Globalization;
using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Tests.Protocols;

/// <summary>
/// Random conversations and answers in canonical form, the same for the same seed, for properties that must hold in every dialect. A conversation is in normal
/// form: turns alternate, an assistant's turn is thinking, one text, calls; the turn after calls answers each of them, in order, before it says anything else.
/// </summary>
internal sealed class ConversationGenerator(int seed)
{
    private static readonly string[] Pieces =
    [
        "a", "word ", "Hello, world. ", "\n", "\n\n", "\t", "\"quoted\"", "back\\slash", "\\n", "</think>", "{\"x\":[1,2]}", "é", "ß", "日本語", "😀", "👩‍👩‍👧", "\u0001", "\u2028", "<b>&amp;</b>", "'", "/", "data: ", "\r\n", "$%",
    ];

    private readonly Random _random = new(seed);
    private int _ids;

    /// <summary>A random text with at least one visible character.</summary>
    public string Text()
    {
        var text = new StringBuilder("w");
        for (var i = _random.Next(12); i > 0; i--)
        {
            text.Append(Pieces[_random.Next(Pieces.Length)]);
        }

        return text.Append('.').ToString();
    }

    /// <summary>A text as a writer of JSON may have escaped it: sometimes more than is needed.</summary>
    public EscapedText Escape(string text)
    {
        if (_random.Next(3) > 0)
        {
            return EscapedText.From(text);
        }

        var escaped = new StringBuilder();
        foreach (var c in text)
        {
            escaped.Append(c is < ' ' or > '~' or '"' or '\\' || _random.Next(8) == 0 ? $"\\u{(int)c:x4}" : c.ToString());
        }

        return new(Encoding.UTF8.GetBytes(escaped.ToString()));
    }

    /// <summary>Random arguments of a call: a JSON object.</summary>
    public string Arguments()
    {
        var json = new StringBuilder("{");
        var count = _random.Next(4);
        for (var i = 0; i < count; i++)
        {
            var value = _random.Next(6) switch
            {
                0 => _random.Next().ToString(CultureInfo.InvariantCulture),
                1 => "1.0",
                2 => "12345678901234567890",
                3 => "{\"deep\":[true,null,{}]}",
                4 => "[]",
                _ => $"\"{Encoding.UTF8.GetString(EscapedText.From(Text()).Span)}\"",
            };
            json.Append(i > 0 ? ", " : "").Append(CultureInfo.InvariantCulture, $"\"k{i}\": ").Append(value);
        }

        return json.Append('}').ToString();
    }

    /// <summary>A whole request.</summary>
    public CanonicalRequest Request(Dialect dialect, bool thinking = true, bool images = true)
    {
        var request = new CanonicalRequest { Dialect = dialect, Model = EscapedText.From("model-1"), Stream = Chance(), MaxTokens = Chance() ? _random.Next(1, 9999) : null };
        if (Chance())
        {
            request.System.Add(new TextBlock(Escape(Text())));
        }

        var toolCount = _random.Next(4);
        for (var i = 0; i < toolCount; i++)
        {
            request.Tools.Add(new()
            {
                Name = EscapedText.From($"tool_{i}"),
                Description = Chance() ? Escape(Text()) : default,
                InputSchema = new(Encoding.UTF8.GetBytes($$$"""{"type":"object","properties":{"k{{{i}}}":{"type":"string","minimum":1.0} } }""")),
                Dialect = dialect,
            });
        }

        var open = new List<EscapedText>();
        var turns = 1 + (_random.Next(5) * 2);
        for (var turn = 0; turn < turns; turn++)
        {
            var content = new List<ContentBlock>();
            if (turn % 2 == 0)
            {
                User(content, open, images);
            }
            else
            {
                Assistant(content, open, toolCount, thinking);
            }

            request.Messages.Add(new(turn % 2 == 0 ? MessageRole.User : MessageRole.Assistant, content, turn));
        }

        return request;
    }

    /// <summary>Plays a random answer into a sink; the same for the same seed, so that it can be played into several.</summary>
    public static void Answer(int seed, IMessageSink sink) => new ConversationGenerator(seed).Answer(sink);

    /// <summary>What a conversation says, one line a thing, with texts unescaped: what every dialect must carry over.</summary>
    public static string Describe(CanonicalRequest request, bool thinking = false)
    {
        var lines = new StringBuilder();
        foreach (var block in request.System)
        {
            lines.AppendLine(CultureInfo.InvariantCulture, $"system {Describe(block, thinking)}");
        }

        foreach (var message in request.Messages)
        {
            foreach (var block in message.Content)
            {
                if (Describe(block, thinking) is { } text)
                {
                    lines.AppendLine(CultureInfo.InvariantCulture, $"{message.Role} {text}");
                }
            }
        }

        foreach (var tool in request.Tools)
        {
            lines.AppendLine(CultureInfo.InvariantCulture, $"tool {tool.Kind} {tool.Name} {tool.Description} {Encoding.UTF8.GetString(tool.InputSchema.Span)}");
        }

        return lines.ToString();
    }

    private static string? Describe(ContentBlock block, bool thinking) => block switch
    {
        TextBlock text => $"text {text.Text}",
        ImageBlock image => $"image {image.MediaType} {image.Data} {image.Url}",
        ToolUseBlock call => $"call {call.Id} {call.Name} {Encoding.UTF8.GetString(call.Input.Span)}",
        ToolResultBlock result => $"result {result.ToolUseId} {string.Join('|', result.Content.Select(b => Describe(b, thinking)))}",
        ThinkingBlock thought => thinking ? $"thinking {thought.Text} {thought.Signature}" : null,
        RedactedThinkingBlock data => thinking ? $"redacted {data.Data}" : null,
        _ => block.ToString(),
    };

    private void User(List<ContentBlock> content, List<EscapedText> open, bool images)
    {
        foreach (var id in open)
        {
            content.Add(new ToolResultBlock(id, [new TextBlock(Escape(Text()))], false));
        }

        if (open.Count == 0 || Chance())
        {
            content.Add(new TextBlock(Escape(Text())));
        }

        if (images && _random.Next(4) == 0)
        {
            content.Add(Chance()
                ? new ImageBlock(EscapedText.From("image/png"), EscapedText.From("iVBORw0KGgo+/AA="), default)
                : new ImageBlock(default, default, EscapedText.From("https://example.com/a.png?x=1&y=2")));
        }

        open.Clear();
    }

    private void Assistant(List<ContentBlock> content, List<EscapedText> open, int tools, bool thinking)
    {
        if (thinking && _random.Next(3) == 0)
        {
            content.Add(new ThinkingBlock(Escape(Text()), EscapedText.From("c2lnbmF0dXJl")));
        }

        var calls = tools == 0 ? 0 : _random.Next(4);
        if (calls == 0 || Chance())
        {
            content.Add(new TextBlock(Escape(Text())));
        }

        for (var i = 0; i < calls; i++)
        {
            var id = EscapedText.From($"toolu_{_ids++}");
            open.Add(id);
            content.Add(new ToolUseBlock(id, EscapedText.From($"tool_{_random.Next(tools)}"), new(Encoding.UTF8.GetBytes(Arguments()))));
        }
    }

    private void Answer(IMessageSink sink)
    {
        sink.Start("up_1"u8);
        var calls = 0;
        var blocks = _random.Next(5);
        for (var i = 0; i < blocks; i++)
        {
            switch (_random.Next(3))
            {
                case 0:
                    sink.BeginText();
                    InPieces(Text(), sink.Text);
                    break;
                case 1:
                    sink.BeginThinking();
                    InPieces(Text(), sink.Thinking);
                    break;
                default:
                    sink.BeginToolUse(Encoding.ASCII.GetBytes($"call_{calls++}"), "tool"u8);
                    InPieces(Arguments(), sink.ToolInput);
                    break;
            }

            sink.EndBlock();
            if (_random.Next(5) == 0)
            {
                sink.Alive();
            }
        }

        var (input, output) = (_random.Next(1, 9999), _random.Next(1, 999));
        var cached = _random.Next(input + 1);
        sink.Usage(new(input, cached, _random.Next(input - cached + 1), output, _random.Next(output + 1)));
        sink.End(_random.Next(6) switch { 0 => StopReason.MaxTokens, 1 => StopReason.Refusal, _ => calls > 0 ? StopReason.ToolUse : StopReason.EndTurn }, default);
    }

    private void InPieces(string text, EscapedPiece take)
    {
        // Cut between characters, as JSON strings are.
        for (var at = 0; at < text.Length;)
        {
            var length = Math.Min(_random.Next(1, 9), text.Length - at);
            if (at + length < text.Length && char.IsLowSurrogate(text[at + length]))
            {
                length++;
            }

            take(Escape(text.Substring(at, length)).Span);
            at += length;
        }
    }

    private delegate void EscapedPiece(ReadOnlySpan<byte> escaped);

    private bool Chance() => _random.Next(2) == 0;
}
