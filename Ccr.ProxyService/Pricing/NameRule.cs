using System.Text.Json;

namespace Ccr.ProxyService.Pricing;

/// <summary>Which names of models an entry of the price table is for. Letter case does not matter.</summary>
internal abstract class NameRule
{
    /// <summary>Whether the name fits.</summary>
    public abstract bool Matches(ReadOnlySpan<char> name);

    /// <summary>Reads a rule of prices.json: a text whose first character says how it compares, an array (any of them), or an object (all, none).</summary>
    public static NameRule Read(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String:
                return new TextRule(json.GetString()!);
            case JsonValueKind.Array:
                return new AnyRule(ReadAll(json), isNone: false);
            default:
                var member = json.EnumerateObject().Single();
                return member.Name switch
                {
                    "all" => new AllRule(ReadAll(member.Value)),
                    "none" => new AnyRule(ReadAll(member.Value), isNone: true),
                    _ => throw new FormatException($"A rule for names of an unknown kind: {member.Name}."),
                };
        }
    }

    private static NameRule[] ReadAll(JsonElement array) => [.. array.EnumerateArray().Select(Read)];

    private sealed class AnyRule(NameRule[] rules, bool isNone) : NameRule
    {
        public override bool Matches(ReadOnlySpan<char> name)
        {
            foreach (var rule in rules)
            {
                if (rule.Matches(name))
                {
                    return !isNone;
                }
            }

            return isNone;
        }
    }

    private sealed class AllRule(NameRule[] rules) : NameRule
    {
        public override bool Matches(ReadOnlySpan<char> name)
        {
            foreach (var rule in rules)
            {
                if (!rule.Matches(name))
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>"=x" is x, "^x" begins with it, "$x" ends with it, "*x" contains it, "~x" looks like it (# is a digit, * at the end anything).</summary>
    private sealed class TextRule : NameRule
    {
        private readonly char _kind;
        private readonly string _text;

        public TextRule(string rule)
        {
            _kind = rule.Length > 1 && "=^$*~".Contains(rule[0]) ? rule[0] : throw new FormatException($"A rule for names that cannot be read: {rule}.");
            _text = rule[1..];
        }

        public override bool Matches(ReadOnlySpan<char> name) => _kind switch
        {
            '=' => name.Equals(_text, StringComparison.OrdinalIgnoreCase),
            '^' => name.StartsWith(_text, StringComparison.OrdinalIgnoreCase),
            '$' => name.EndsWith(_text, StringComparison.OrdinalIgnoreCase),
            '*' => name.Contains(_text, StringComparison.OrdinalIgnoreCase),
            _ => LooksLike(name),
        };

        private bool LooksLike(ReadOnlySpan<char> name)
        {
            var isOpen = _text[^1] == '*';
            var length = isOpen ? _text.Length - 1 : _text.Length;
            if (isOpen ? name.Length < length : name.Length != length)
            {
                return false;
            }

            for (var i = 0; i < length; i++)
            {
                if (_text[i] == '#' ? !char.IsAsciiDigit(name[i]) : char.ToLowerInvariant(name[i]) != char.ToLowerInvariant(_text[i]))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
