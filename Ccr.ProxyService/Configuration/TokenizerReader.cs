using Ccr.ProxyService.Configuration.Json5;
using Ccr.ProxyService.Tokens;
using Ccr.Tokenization;

namespace Ccr.ProxyService.Configuration;

/// <summary>
/// Reads Providers[].tokenizer, the Node router's 2.x setting: <c>{ default?: T, models?: { id: T } }</c> with T of the type tiktoken, huggingface or api.
/// Model files of Hugging Face are not read: such an entry gets a warning that says what is counted instead.
/// </summary>
internal sealed class TokenizerReader(ConfigSection provider, Func<Json5Object?, string, IReadOnlyDictionary<string, string>> readHeaders)
{
    /// <summary>Reads the setting; null when it is absent.</summary>
    public TokenizerSettings? Read(IReadOnlyList<string> models)
    {
        if (provider.Object("tokenizer") is not { } node)
        {
            return null;
        }

        var section = provider.Below(node, provider.PathOf("tokenizer"), KnownSettings.Tokenizer);
        section.ReportNames();
        var byModel = new Dictionary<string, TokenizerChoice>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in section.Object("models")?.Members ?? [])
        {
            var path = $"{section.PathOf("models")}.{member.Name}";
            if (!models.Contains(member.Name, StringComparer.OrdinalIgnoreCase))
            {
                provider.Problems.Warning(path, member.Line, $"is no model of this provider{Suggestion.Clause(member.Name, models)}");
            }

            if (member.Value is not Json5Object entry)
            {
                provider.Problems.Error(path, member.Value.Line, $"must be an object with \"type\", but is {member.Value.Kind}");
            }
            else if (ReadChoice(entry, path) is { } choice)
            {
                byModel[member.Name] = choice;
            }
        }

        return new(section.Object("default") is { } all ? ReadChoice(all, section.PathOf("default")) : null, byModel);
    }

    private TokenizerChoice? ReadChoice(Json5Object node, string path)
    {
        var section = provider.Below(node, path, KnownSettings.TokenizerChoice);
        section.ReportNames();
        var model = section.Text("model");
        var fallback = ReadEncoding(section, "fallback");
        var choice = new TokenizerChoice { Encoding = ReadEncoding(section, "encoding") ?? fallback, Calibration = ReadCalibration(section) };
        switch (section.Text("type")?.ToUpperInvariant())
        {
            case "TIKTOKEN":
                // The Node router's default, which is not always the model's own.
                return choice with { Encoding = choice.Encoding ?? BpeEncoding.Cl100kBase };
            case "HUGGINGFACE":
                // Some files name a model whose encoding is built in, such as openai/gpt-oss-20b.
                if (choice.Encoding is null && model is not null && ModelEncodings.Of(model, out var isOwn) is var known && isOwn)
                {
                    return choice with { Encoding = known };
                }

                var counted = choice.Encoding ?? BpeEncoding.Cl100kBase;
                section.Problems.Warning(section.PathOf("type"), LineOf(section, "type"),
                    $"\"huggingface\" tokenizers are not read: counts use {counted.Name}, multiplied by {(choice.Calibration is null ? "a factor learned from the usage that the provider reports; or set calibration" : "calibration")}");
                return choice with { Encoding = counted };
            case "API":
                return ReadApi(section) is { } api ? choice with { Api = api } : null;
            default:
                section.Problems.Error(section.PathOf("type"), LineOf(section, "type"), "must be \"tiktoken\", \"huggingface\" or \"api\"");
                return null;
        }
    }

    private static BpeEncoding? ReadEncoding(ConfigSection section, string name)
    {
        if (section.Text(name) is not { } text)
        {
            return null;
        }

        // As a fallback the Node router's files name a type.
        var encoding = name == "fallback" && text.Equals("tiktoken", StringComparison.OrdinalIgnoreCase) ? BpeEncoding.Cl100kBase : BpeEncoding.Find(text);
        if (encoding is null)
        {
            section.Problems.Error(section.PathOf(name), LineOf(section, name), $"must be one of {string.Join(", ", BpeEncoding.Names)}{Suggestion.Clause(text, BpeEncoding.Names)}");
        }

        return encoding;
    }

    private static double? ReadCalibration(ConfigSection section)
    {
        var member = section.Find("calibration");
        var number = member?.Value switch
        {
            Json5Number given => given.Number,
            Json5String when section.Text("calibration") is { } text && double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var parsed) => parsed,
            _ => double.NaN,
        };
        if (member is not null && number is not (>= 0.1 and <= 10))
        {
            section.Problems.Error(section.PathOf("calibration"), member.Value.Line, "must be a number from 0.1 to 10: provider's tokens for each token counted here");
            return null;
        }

        return member is null ? null : number;
    }

    private TokenizerApi? ReadApi(ConfigSection section)
    {
        var unset = section.Unset?.Count;
        if (section.Text("url") is not { } url)
        {
            section.Problems.Error(section.PathOf("url"), LineOf(section, "url"), "missing: the type \"api\" needs the address that counts, for example \"https://example.com/tokenize\"");
            return null;
        }

        var key = section.Text("apiKey");
        if (key?.AsSpan().ContainsAnyExceptInRange('!', '~') == true)
        {
            section.Problems.Error(section.PathOf("apiKey"), LineOf(section, "apiKey"), "holds a space or a character that no header can carry");
        }

        var format = section.Text("requestFormat")?.ToUpperInvariant() switch
        {
            null or "STANDARD" or "CUSTOM" => TokenizerApiFormat.AsItIs,
            "OPENAI" => TokenizerApiFormat.OpenAI,
            "ANTHROPIC" => TokenizerApiFormat.Anthropic,
            _ => (TokenizerApiFormat?)null,
        };
        if (format is null)
        {
            section.Problems.Error(section.PathOf("requestFormat"), LineOf(section, "requestFormat"), "must be \"standard\", \"openai\", \"anthropic\" or \"custom\"");
        }

        // With an unset variable the provider is disabled, and the address is none.
        if (section.Unset?.Count > unset || format is null)
        {
            return null;
        }

        if (ProviderAddress.Fault(url, out var address) is { } fault)
        {
            section.Problems.Error(section.PathOf("url"), LineOf(section, "url"), fault);
            return null;
        }

        return new()
        {
            Url = address!,
            ApiKey = key,
            Format = format.Value,
            ResponseField = (section.Text("responseField") ?? "token_count").Split('.'),
            Headers = readHeaders(section.Object("headers"), section.PathOf("headers")),
        };
    }

    private static int LineOf(ConfigSection section, string name) => section.Find(name)?.Value.Line ?? section.Line;
}
