using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Configuration;

namespace Ccr.Tests.Usage;

internal sealed class FakeConfigStore : IConfigStore
{
    public CcrConfig Current { get; } = new()
    {
        Source = "built-in demo",
        IsDemo = true,
        Providers =
        [
            new() { Name = "a", BaseUrl = new("http://localhost/v1/messages"), Protocol = Dialect.Anthropic, Models = ["m"], ApiKey = "secret-a" },
            new()
            {
                Name = "b", BaseUrl = new("http://localhost/v1/chat/completions"), Protocol = Dialect.OpenAIChat, Models = ["m2"],
                ApiKey = "secret-b", DisabledReason = "B_KEY is not set",
            },
        ],
        Router = new(),
    };

    public IReadOnlyList<ConfigProblem> Problems { get; } = [new("Providers[1].api_key", 12, "B_KEY is not set; set it.", false)];
}
