using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Ccr.Protocols.Gemini;

/// <summary>Puts together the arguments that Vertex streams piece by piece, each with the path of its place ("$.a.b[0]").</summary>
internal sealed class PartialArguments
{
    private const int MostIndex = 10_000;
    private const int MostSteps = 64;

    private readonly JsonObject _root = [];
    private readonly StringBuilder _text = new();
    private string? _textPath;

    /// <summary>Adds a piece of a string; pieces of one path are joined as long as the one before said that it goes on.</summary>
    public void AddText(string path, string piece, bool goesOn)
    {
        if (_textPath != path)
        {
            CloseText();
            _textPath = path;
        }

        _text.Append(piece);
        if (!goesOn)
        {
            CloseText();
        }
    }

    /// <summary>Sets a value that is no string, as JSON.</summary>
    public void AddValue(string path, string json)
    {
        CloseText();
        Set(path, JsonNode.Parse(json));
    }

    /// <summary>The arguments' JSON.</summary>
    public string Finish()
    {
        CloseText();
        return _root.ToJsonString(JsonText.Relaxed);
    }

    private void CloseText()
    {
        if (_textPath is { } path)
        {
            _textPath = null;
            Set(path, JsonValue.Create(_text.ToString()));
            _text.Clear();
        }
    }

    private void Set(string path, JsonNode? value)
    {
        var steps = Steps(path);
        if (steps.Count is 0 or > MostSteps)
        {
            return;
        }

        JsonNode at = _root;
        for (var i = 0; i < steps.Count; i++)
        {
            var isLast = i == steps.Count - 1;
            JsonNode? next = isLast ? value : null;
            if (at is JsonObject map && steps[i] is string name)
            {
                if (!isLast)
                {
                    next = Container(map[name], steps[i + 1]);
                }

                if (isLast || !ReferenceEquals(map[name], next))
                {
                    map[name] = next;
                }
            }
            else if (at is JsonArray list && steps[i] is int index)
            {
                while (list.Count <= index)
                {
                    list.Add(null);
                }

                if (!isLast)
                {
                    next = Container(list[index], steps[i + 1]);
                }

                if (isLast || !ReferenceEquals(list[index], next))
                {
                    list[index] = next;
                }
            }
            else
            {
                // The path goes through what is something else already.
                return;
            }

            if (!isLast)
            {
                at = next!;
            }
        }
    }

    private static JsonNode Container(JsonNode? present, object nextStep) =>
        nextStep is int ? present as JsonArray ?? [] : present as JsonObject ?? (JsonNode)new JsonObject();

    private static List<object> Steps(string path)
    {
        var steps = new List<object>();
        var at = path.StartsWith('$') ? 1 : 0;
        while (at < path.Length)
        {
            if (path[at] == '.')
            {
                at++;
                continue;
            }

            if (path[at] != '[')
            {
                var end = path.AsSpan(at).IndexOfAny('.', '[');
                end = end < 0 ? path.Length : at + end;
                steps.Add(path[at..end]);
                at = end;
                continue;
            }

            var quote = at + 1 < path.Length ? path[at + 1] : '\0';
            if (quote is '\'' or '"')
            {
                var close = path.IndexOf(string.Concat(quote.ToString(), "]"), at + 2, StringComparison.Ordinal);
                if (close < 0)
                {
                    return [];
                }

                steps.Add(path[(at + 2)..close].Replace("\\'", "'", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal));
                at = close + 2;
                continue;
            }

            var bracket = path.IndexOf(']', at);
            if (bracket < 0 || !int.TryParse(path.AsSpan(at + 1, bracket - at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index > MostIndex)
            {
                return [];
            }

            steps.Add(index);
            at = bracket + 1;
        }

        return steps;
    }
}
