using System.Text.Json.Nodes;

namespace Ccr.ProxyService.Configuration;

/// <summary>A member that a preset or a rule puts into a request's body.</summary>
/// <param name="Name">Its name, in the words of Anthropic and OpenAI: max_tokens, temperature, top_p, …; the dialects' own names are found when it is set.</param>
/// <param name="Json">Its value as JSON in UTF-8.</param>
internal sealed record BodyParameter(string Name, byte[] Json)
{
    /// <summary>What routing and the dialects decide by, and what a conversation is: no parameter may replace these.</summary>
    public static readonly string[] Reserved = ["model", "messages", "input", "contents", "stream", "previous_response_id"];

    /// <summary>A parameter of a value from the file.</summary>
    public static BodyParameter Of(string name, JsonNode? value) => new(name, System.Text.Encoding.UTF8.GetBytes(value?.ToJsonString() ?? "null"));
}
