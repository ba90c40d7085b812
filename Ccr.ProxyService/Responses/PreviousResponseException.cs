namespace Ccr.ProxyService.Responses;

/// <summary>A request that goes on from a response which is not kept here, for a provider that cannot know it either.</summary>
internal sealed class PreviousResponseException(string id) : Exception($"Previous response with id '{id}' not found: send the whole conversation as input.")
{
    /// <summary>OpenAI's word for it, upon which clients send everything again.</summary>
    public const string Code = "previous_response_not_found";
}
