using Ccr.Tokenization;

namespace Ccr.ProxyService.Tokens;

/// <summary>
/// Which encoding a model has when the configuration does not say: OpenAI's own by the names in tiktoken's model table, which are exact.
/// All other makers' tokenizers are not public or are not built in; their counts are estimates with cl100k_base, corrected by what the provider reports.
/// </summary>
internal static class ModelEncodings
{
    // tiktoken 1.0.22, model_to_encoding: by prefix, the first that fits. gpt-oss has o200k_harmony, which differs only in special tokens.
    private static readonly (string Prefix, BpeEncoding Encoding)[] Rows =
    [
        ("gpt-4o", BpeEncoding.O200kBase), ("chatgpt-4o", BpeEncoding.O200kBase), ("gpt-4.1", BpeEncoding.O200kBase), ("gpt-4.5", BpeEncoding.O200kBase),
        ("gpt-5", BpeEncoding.O200kBase), ("gpt-oss", BpeEncoding.O200kBase), ("codex-mini", BpeEncoding.O200kBase),
        ("o1", BpeEncoding.O200kBase), ("o3", BpeEncoding.O200kBase), ("o4", BpeEncoding.O200kBase),
        ("gpt-4", BpeEncoding.Cl100kBase), ("gpt-3.5", BpeEncoding.Cl100kBase), ("gpt-35", BpeEncoding.Cl100kBase), ("text-embedding-", BpeEncoding.Cl100kBase),
        ("text-davinci-003", BpeEncoding.P50kBase), ("text-davinci-002", BpeEncoding.P50kBase), ("code-davinci-", BpeEncoding.P50kBase), ("code-cushman-", BpeEncoding.P50kBase),
        ("davinci-002", BpeEncoding.Cl100kBase), ("babbage-002", BpeEncoding.Cl100kBase),
        ("text-davinci-", BpeEncoding.R50kBase), ("davinci", BpeEncoding.R50kBase), ("curie", BpeEncoding.R50kBase), ("babbage", BpeEncoding.R50kBase),
        ("ada", BpeEncoding.R50kBase), ("gpt2", BpeEncoding.R50kBase), ("gpt-2", BpeEncoding.R50kBase),
    ];

    /// <summary>The encoding of a model, and whether it is the model's own. A maker before the last slash ("openai/gpt-4o") does not count.</summary>
    public static BpeEncoding Of(string model, out bool isOwn)
    {
        var name = model.AsSpan(model.LastIndexOf('/') + 1);
        foreach (var (prefix, encoding) in Rows)
        {
            // Whole words only: "o1-mini", not "o1000"; "ada", not "adapter".
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && (prefix[^1] == '-' || name.Length == prefix.Length || !char.IsAsciiLetterOrDigit(name[prefix.Length])))
            {
                isOwn = true;
                return encoding;
            }
        }

        isOwn = false;
        return BpeEncoding.Cl100kBase;
    }
}
