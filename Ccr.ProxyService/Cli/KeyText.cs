using System.Globalization;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Keys;

namespace Ccr.ProxyService.Cli;

/// <summary>Keys as people read them.</summary>
internal static class KeyText
{
    /// <summary>A line for each key.</summary>
    public static void Write(KeyListReport list, TextWriter output)
    {
        if (list.Keys.Count == 0)
        {
            output.WriteLine("no keys; ccr key create --name NAME makes one");
            return;
        }

        var width = list.Keys.Max(static k => Name(k).Length);
        foreach (var key in list.Keys)
        {
            output.WriteLine($"{key.Id}  {Name(key).PadRight(width)}  …{key.Last4}  {key.State,-8}  {Short(key)}");
        }
    }

    /// <summary>One key with all there is to say.</summary>
    public static void Write(KeyReport key, TextWriter output)
    {
        output.WriteLine($"✓ {Name(key)} ({key.Id}), …{key.Last4}, {key.State}");
        if (key.Key is { } secret)
        {
            output.WriteLine(secret);
            output.WriteLine("Keep it now: it is shown this once, and only its digest is stored.");
        }

        Row(output, "team", key.Team is null ? null : Shown.Plain(key.Team, 100));
        Row(output, "created", At(key.Created));
        Row(output, "rotated", At(key.Rotated));
        Row(output, "expires", At(key.Expires));
        Row(output, "models", key.Models.Count == 0 ? null : Shown.Plain(string.Join("  ", key.Models), 1000));
        Row(output, "rpm", key.Rpm?.ToString(CultureInfo.InvariantCulture));
        Row(output, "tpm", key.Tpm?.ToString(CultureInfo.InvariantCulture));
        Row(output, "at once", key.MaxConcurrent?.ToString(CultureInfo.InvariantCulture));
        Row(output, "today", Money(key.SpentDay, key.BudgetDay, key.DayResets));
        Row(output, "month", Money(key.SpentMonth, key.BudgetMonth, key.MonthResets));
        Row(output, "reserved", key.Reserved is > 0 ? Usd(key.Reserved.Value) : null);
    }

    private static string Name(KeyReport key) => Shown.Plain(key.Name, 60);

    private static string Short(KeyReport key)
    {
        var parts = new List<string>();
        Add(parts, Money(key.SpentDay, key.BudgetDay, null), " today");
        Add(parts, Money(key.SpentMonth, key.BudgetMonth, null), " this month");
        Add(parts, key.Rpm?.ToString(CultureInfo.InvariantCulture), " rpm");
        Add(parts, key.Tpm?.ToString(CultureInfo.InvariantCulture), " tpm");
        Add(parts, key.MaxConcurrent?.ToString(CultureInfo.InvariantCulture), " at once");
        Add(parts, key.Models.Count == 0 ? null : Shown.Plain(string.Join(' ', key.Models), 60), "");
        Add(parts, At(key.Expires) is { } end ? "until " + end : null, "");
        return string.Join(", ", parts);
    }

    private static string? Money(decimal? spent, decimal? budget, DateTime? reset) =>
        spent is null && budget is null ? null : $"{(spent is null ? "?" : Usd(spent.Value))}{(budget is null ? "" : " of " + Usd(budget.Value))}{(reset is null ? "" : ", anew " + At(reset))}";

    private static string Usd(decimal usd) => string.Create(CultureInfo.InvariantCulture, $"${usd:0.00####}");

    private static string? At(DateTime? at) => at?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static void Add(List<string> parts, string? value, string unit)
    {
        if (value is not null)
        {
            parts.Add(value + unit);
        }
    }

    private static void Row(TextWriter output, string name, string? value)
    {
        if (value is not null)
        {
            output.WriteLine($"  {name,-9} {value}");
        }
    }
}
