using System.Text.RegularExpressions;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Telemetry;

/// <summary>
/// Takes out of a text what has the form of a secret, the keys of the configuration, and e-mail addresses. It knows forms, not meanings: a password in plain words stays.
/// </summary>
internal sealed partial class Redactor
{
    private const string Mark = "[redacted]";
    private const int LongestText = 8192;
    private const int MostRead = 4 * LongestText;

    // A secret that was cut in two is not recognised; what is shown of a cut text ends well before the cut.
    private const int Margin = LongestText / 2;

    private const int ShortestKey = 8;

    private readonly List<string> _keys = [];

    /// <summary>Knows the keys of a configuration.</summary>
    public Redactor(CcrConfig config)
    {
        Add(config.ApiKey);
        foreach (var provider in config.Providers)
        {
            foreach (var key in provider.Keys)
            {
                Add(key.Secret);
            }

            foreach (var header in provider.ExtraHeaders.Values)
            {
                Add(header);
            }
        }
    }

    /// <summary>The text without them, and not longer than 8,192 characters.</summary>
    public string Clean(string text)
    {
        var isCut = text.Length > MostRead;
        text = isCut ? text[..MostRead] : text;
        foreach (var key in _keys)
        {
            text = text.Replace(key, Mark, StringComparison.Ordinal);
        }

        text = Secrets().Replace(text, Mark);
        var length = Math.Clamp(isCut ? text.Length - Margin : text.Length, 0, LongestText);
        if (length == text.Length)
        {
            return text;
        }

        // Not through the middle of a character.
        length -= length > 0 && char.IsHighSurrogate(text[length - 1]) ? 1 : 0;
        return string.Concat(text.AsSpan(0, length), " [cut]");
    }

    private void Add(string? key)
    {
        if (key is { Length: >= ShortestKey })
        {
            _keys.Add(key);
        }
    }

    // In this order: private key blocks; keys of OpenAI, Anthropic and their like (sk-…); bearer tokens; AWS; GitHub; GitLab; Google; Slack; Hugging Face; JSON web
    // tokens; passwords in addresses; e-mail addresses.
    [GeneratedRegex(@"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?!-----END )[\s\S])*(?:-----END [A-Z ]*PRIVATE KEY-----)?"
        + @"|\b[spr]k[-_](?:[A-Za-z0-9]+[-_])*[A-Za-z0-9]{16,}[A-Za-z0-9_-]*"
        + @"|(?i:\bbearer\s+)[A-Za-z0-9._~+/=-]{12,}"
        + @"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
        + @"|\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})"
        + @"|\bglpat-[A-Za-z0-9_-]{16,}"
        + @"|\bAIza[A-Za-z0-9_-]{30,}"
        + @"|\bxox[abeoprs]-[A-Za-z0-9-]{10,}"
        + @"|\bhf_[A-Za-z0-9]{20,}"
        + @"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"
        + @"|(?<=://)[^\s/:@]+:[^\s/@]+(?=@)"
        + @"|\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.[A-Za-z]{2,24}\b", RegexOptions.CultureInvariant)]
    private static partial Regex Secrets();
}
