namespace Ccr.Tests.Clients;

/// <summary>Where an agent is sent: an origin, a key, and the model that plays <c>sim-tool</c> there. Disposed when the test is over.</summary>
internal sealed record AgentEndpoint(Uri BaseUrl, string Key, string ToolModel, params IReadOnlyList<IAsyncDisposable> Owned) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        foreach (var owned in Owned)
        {
            await owned.DisposeAsync();
        }
    }
}
