using System.Text;

namespace Ccr.Tests.EmbeddedRedis;

/// <summary>A reply as it lay on the wire: nothing of it is lost, so equal replies were equal bytes. Text is Latin-1.</summary>
internal sealed record RespReply(char Kind, string Text, IReadOnlyList<RespReply> Children)
{
    /// <summary>The connection was closed instead of a reply.</summary>
    public static readonly RespReply Closed = new('X', "closed", []);

    public bool IsAggregate => Kind is '*' or '%' or '~' or '>';

    /// <summary>One line for people: kinds, escaped texts, brackets.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Write(text);
        return text.ToString();
    }

    /// <summary>Sets, and arrays that stand for them, in a fixed order.</summary>
    public RespReply Sorted() => this with { Children = [.. Children.Select(c => c.Sorted()).OrderBy(c => c.ToString(), StringComparer.Ordinal)] };

    /// <summary>Maps, and flat arrays that stand for them, in a fixed order of pairs.</summary>
    public RespReply SortedPairs()
    {
        if (Children.Any(c => c.IsAggregate))
        {
            return this with { Children = [.. Children.Select(c => c.SortedPairs())] };
        }

        var pairs = Children.Chunk(2).OrderBy(pair => pair[0].ToString(), StringComparer.Ordinal).SelectMany(pair => pair);
        return this with { Children = [.. pairs] };
    }

    /// <summary>Kinds and numbers of children only.</summary>
    public RespReply Shape() => new(Kind, IsAggregate ? Text : "", [.. Children.Select(c => c.Shape())]);

    private void Write(StringBuilder text)
    {
        text.Append(Kind).Append(Escape(Text));
        if (Children.Count > 0)
        {
            text.Append('[');
            for (var i = 0; i < Children.Count; i++)
            {
                text.Append(i > 0 ? " " : "");
                Children[i].Write(text);
            }

            text.Append(']');
        }
    }

    private static string Escape(string value) =>
        string.Concat(value.Select(c => c is >= ' ' and <= '~' and not '\\' ? c.ToString() : $"\\x{(int)c:x2}"));
}
