using System.Globalization;
using System.Text.Json;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Keys;

/// <summary>Reads what is asked for a key: an object of which each member sets one thing, and null takes it away. Numbers may be written as text, as the command line does.</summary>
internal static class KeyChange
{
    private const int LongestText = 100;
    private const int MostPatterns = 200;
    private const long MostNumber = 1_000_000_000_000;
    private const int LongestDays = 36_500;

    /// <summary>The key with what the object asks for.</summary>
    /// <exception cref="KeyInputException">A member is unknown or wrong.</exception>
    public static VirtualKey Apply(VirtualKey key, JsonElement change, DateTimeOffset now)
    {
        if (change.ValueKind != JsonValueKind.Object)
        {
            throw Wrong("the body must be an object such as {\"name\":\"…\",\"rpm\":60}");
        }

        foreach (var member in change.EnumerateObject())
        {
            key = Apply(key, member.Name, member.Value, now);
        }

        return key;
    }

    private static VirtualKey Apply(VirtualKey key, string name, JsonElement value, DateTimeOffset now) => name switch
    {
        "name" => key with { Name = Text(name, value) ?? throw Wrong("name must not be empty") },
        "team" => key with { Team = Text(name, value) },
        "expires" => key with { Expires = Time(value, now) },
        "disabled" => key with
        {
            Disabled = value.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => throw Wrong("disabled must be true or false"),
            },
        },
        "models" => key with { Models = Patterns(value) },
        "rpm" => key with { Rpm = (int?)Whole(name, value, 10_000_000) },
        "tpm" => key with { Tpm = Whole(name, value, MostNumber) },
        "maxConcurrent" => key with { MaxConcurrent = (int?)Whole(name, value, 1_000_000) },
        "budgetDay" => key with { BudgetDay = Dollars(name, value) },
        "budgetMonth" => key with { BudgetMonth = Dollars(name, value) },
        _ => throw Wrong($"{Shown.Quoted(name)} is no member; there are name, team, expires, disabled, models, rpm, tpm, maxConcurrent, budgetDay and budgetMonth"),
    };

    /// <summary>The text of a text or number; null for null and "none".</summary>
    private static string? Word(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String when value.GetString()!.Trim() is var text => text.Equals("none", StringComparison.OrdinalIgnoreCase) ? null : text,
        JsonValueKind.Number => value.GetRawText(),
        _ => "",
    };

    private static string? Text(string name, JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.Null ? null : value.ValueKind == JsonValueKind.String ? value.GetString()!.Trim() : throw Wrong($"{name} must be a text");
        return text?.Length > LongestText || text?.Any(char.IsControl) == true ? throw Wrong($"{name} must be at most {LongestText} printable characters") : string.IsNullOrEmpty(text) ? null : text;
    }

    private static long? Whole(string name, JsonElement value, long most)
    {
        if (Word(value) is not { } text)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number
            : throw Wrong($"{name} must be a whole number from 1 to {most}, or none");
    }

    private static decimal? Dollars(string name, JsonElement value)
    {
        if (Word(value) is not { } text)
        {
            return null;
        }

        // Exact in the books, which count billionths.
        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var dollars) && dollars is >= 0 and <= 1_000_000 && decimal.Round(dollars, 6) == dollars
            ? dollars
            : throw Wrong($"{name} must be dollars from 0 to 1000000 with at most six decimals, for instance 2.50, or none");
    }

    private static List<string> Patterns(JsonElement value)
    {
        IEnumerable<string> patterns = value.ValueKind switch
        {
            JsonValueKind.Null => [],
            JsonValueKind.Array when value.EnumerateArray().All(static v => v.ValueKind == JsonValueKind.String) => value.EnumerateArray().Select(static v => v.GetString()!),
            _ => throw Wrong("models must be an array of texts, for instance [\"claude-haiku*\", \"ollama,*\"]"),
        };
        var list = patterns.Select(static p => p.Trim()).Where(static p => p.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        return list.Count <= MostPatterns && list.TrueForAll(static p => p.Length <= LongestText * 2 && !p.Any(char.IsControl))
            ? list
            : throw Wrong($"models must be at most {MostPatterns} patterns of at most {LongestText * 2} characters");
    }

    /// <summary>"30d", "12h", "90m", a date, or a date with a time (UTC, unless it says otherwise).</summary>
    private static DateTimeOffset? Time(JsonElement value, DateTimeOffset now)
    {
        if (Word(value) is not { } text)
        {
            return null;
        }

        var isSpan = text.Length > 1 && long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out _) && text[^1] is 'd' or 'h' or 'm';
        if (isSpan && long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= LongestDays * 24L * 60)
        {
            var span = text[^1] switch { 'd' => TimeSpan.FromDays(Math.Min(number, LongestDays)), 'h' => TimeSpan.FromHours(number), _ => TimeSpan.FromMinutes(number) };
            return Whole(now + (span < TimeSpan.FromDays(LongestDays) ? span : TimeSpan.FromDays(LongestDays)));
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) && text.Length >= 8 && at.Year is > 2000 and < 9000
            ? Whole(at)
            : throw Wrong("expires must be a time such as 30d, 12h or 90m from now, or a date such as 2027-01-31, or none");
    }

    private static DateTimeOffset Whole(DateTimeOffset at) => DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds());

    private static KeyInputException Wrong(string message) => new(StatusCodes.Status400BadRequest, message);
}
