using System.CommandLine;
using System.Text;
using System.Text.Json;
using Ccr.ProxyService.Keys;

namespace Ccr.ProxyService.Cli;

/// <summary>The options that say what a key may do.</summary>
internal sealed class KeyOptions
{
    private readonly Option<string[]> _models = new("--models") { HelpName = "A,B*", Description = "Models it may ask for, by name; * stands for anything" };
    private readonly Option<string[]> _targets = new("--targets") { HelpName = "PROVIDER,MODEL", Description = "Targets it may use, whatever the model is called; * stands for anything; may be repeated" };
    private readonly (string Member, Option<string?> Option)[] _texts;

    /// <summary>The options of create, or of update.</summary>
    public KeyOptions(bool isNew)
    {
        _texts =
        [
            ("name", Text("--name", "N", "What it is called", isNew)),
            ("team", Text("--team", "T", "Whose it is")),
            ("expires", Text("--expires", "30d|DATE", "When it expires: 30d, 12h, 90m or a date")),
            ("rpm", Text("--rpm", "N", "Requests in a minute")),
            ("tpm", Text("--tpm", "N", "Tokens in a minute")),
            ("maxConcurrent", Text("--max-concurrent", "N", "Requests at once")),
            ("budgetDay", Text("--budget-day", "USD", "Dollars for a day (UTC)")),
            ("budgetMonth", Text("--budget-month", "USD", "Dollars for a calendar month (UTC)")),
        ];
    }

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => _texts.Select(static t => (Option)t.Option).Concat([_models, _targets]);

    /// <summary>Those that were given, as the router takes them.</summary>
    public string ToJson(ParseResult parsed)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (member, option) in _texts)
            {
                if (parsed.GetResult(option) is not null)
                {
                    json.WriteString(member, parsed.GetValue(option));
                }
            }

            if (parsed.GetResult(_models) is not null || parsed.GetResult(_targets) is not null)
            {
                json.WriteStartArray("models");
                foreach (var pattern in Patterns(parsed))
                {
                    json.WriteStringValue(pattern);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>What is wrong with the values; null when nothing is.</summary>
    public static string? Fault(string json)
    {
        using var document = JsonDocument.Parse(json);
        try
        {
            KeyChange.Apply(new VirtualKey { Id = "", Name = "", Digest = "", Last4 = "", Created = default }, document.RootElement, TimeProvider.System.GetUtcNow());
            return null;
        }
        catch (KeyInputException e)
        {
            return e.Message;
        }
    }

    private IEnumerable<string> Patterns(ParseResult parsed) =>
        (parsed.GetValue(_models) ?? []).SelectMany(static m => m.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Concat((parsed.GetValue(_targets) ?? []).Select(static t => t.Contains(',') ? t : t + ",*"))
            .Where(static p => !p.Equals("none", StringComparison.OrdinalIgnoreCase) && p != "none,*");

    private static Option<string?> Text(string name, string help, string description, bool isRequired = false) => new(name) { HelpName = help, Description = description, Required = isRequired };
}
