using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Telemetry;

namespace Ccr.Tests.Telemetry;

public sealed class GenAiTargetTests
{
    [Theory]
    [InlineData("https://api.openai.com/v1/chat/completions", "openai")]
    [InlineData("https://chatgpt.com/backend-api/codex/responses", "openai")]
    [InlineData("https://api.anthropic.com/v1/messages", "anthropic")]
    [InlineData("https://mine.openai.azure.com/openai/v1/chat/completions", "azure.ai.openai")]
    [InlineData("https://mine.services.ai.azure.com/models/chat/completions", "azure.ai.inference")]
    [InlineData("https://bedrock-runtime.eu-central-1.amazonaws.com/openai/v1/chat/completions", "aws.bedrock")]
    [InlineData("https://generativelanguage.googleapis.com/v1beta/models/", "gcp.gemini")]
    [InlineData("https://europe-west1-aiplatform.googleapis.com/v1/x", "gcp.vertex_ai")]
    [InlineData("https://api.deepseek.com/chat/completions", "deepseek")]
    [InlineData("https://api.groq.com/openai/v1/chat/completions", "groq")]
    [InlineData("https://api.mistral.ai/v1/chat/completions", "mistral_ai")]
    [InlineData("https://api.moonshot.cn/v1/chat/completions", "moonshot_ai")]
    [InlineData("https://api.x.ai/v1/chat/completions", "x_ai")]
    [InlineData("https://api.cohere.ai/compatibility/v1/chat/completions", "cohere")]
    [InlineData("https://api.perplexity.ai/chat/completions", "perplexity")]
    [InlineData("https://notopenai.com/v1/chat/completions", "mine")]
    [InlineData("https://max.ai/v1/chat/completions", "mine")]
    [InlineData("http://127.0.0.1:11434/v1/chat/completions", "mine")]
    public void The_providers_address_tells_its_well_known_name(string address, string name) =>
        Assert.Equal(new GenAiTarget("chat", name, "m"), Target(address, "m").GenAi);

    [Fact]
    public void Gemini_generates_content_and_a_clients_own_model_is_another()
    {
        var gemini = new RouteTarget(new() { Name = "g", BaseUrl = new("http://localhost"), Protocol = Dialect.Gemini, Models = [] }, "words of a client") { IsUnlisted = true };
        Assert.Equal(new GenAiTarget("generate_content", "g", "other", IsUnlisted: true), gemini.GenAi);
    }

    private static RouteTarget Target(string address, string model) => new(new() { Name = "mine", BaseUrl = new(address), Protocol = Dialect.OpenAIChat, Models = [model] }, model);
}
