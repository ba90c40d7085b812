using Ccr.ProxyService.Pricing;

namespace Ccr.Tests.Pricing;

public sealed class PriceBookTests
{
    private readonly PriceBook _book = new();

    [Theory]
    [InlineData("https://api.anthropic.com/v1/messages", "claude-sonnet-4-5", 3, 15)]
    [InlineData("https://api.anthropic.com/v1/messages", "Claude-Sonnet-4-5-20250929", 3, 15)]
    [InlineData("https://api.openai.com/v1/responses", "gpt-5", 1.25, 10)]
    [InlineData("https://api.openai.com/v1/chat/completions", "gpt-5-20250807", 1.25, 10)] // as gpt-5-2025-08-07
    [InlineData("https://generativelanguage.googleapis.com/v1beta/models", "gemini-2.5-pro", 1.25, 10)]
    [InlineData("https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/anthropic/models", "claude-sonnet-4-5@20250929", 3, 15)]
    [InlineData("https://api.deepseek.com/chat/completions", "deepseek-chat", 0.27, 1.1)]
    [InlineData("https://api.moonshot.ai/v1/chat/completions", "kimi-k2", 0.57, 2.3)]
    [InlineData("https://openrouter.ai/api/v1/chat/completions", "anthropic/claude-sonnet-4.5", 3, 15)]
    [InlineData("https://name.openai.azure.com/openai/v1/chat/completions", "gpt-5", 1.25, 10)]
    public void A_known_model_at_its_vendors_or_resellers_address_has_its_list_price(string url, string model, double input, double output)
    {
        var price = _book.Find(url, model);
        Assert.Equal(((decimal)input, (decimal)output), (price!.Input!.At(1000), price.Output!.At(1000)));
    }

    [Theory]
    [InlineData("https://api.z.ai/api/anthropic/v1/messages", "GLM-5.3")]
    [InlineData("https://open.bigmodel.cn/api/paas/v4/chat/completions", "glm-4.7")]
    [InlineData("https://api.cloudflare.com/client/v4/accounts/123/ai/v1/chat/completions", "@cf/openai/gpt-oss-120b")]
    [InlineData("https://router.huggingface.co/groq/openai/v1/chat/completions", "openai/gpt-oss-120b")]
    [InlineData("https://bedrock-runtime.eu-west-1.amazonaws.com/model", "global.anthropic.claude-opus-5-5")]
    public void So_do_models_of_other_vendors(string url, string model) => Assert.NotNull(_book.Find(url, model));

    [Theory]
    [InlineData("http://localhost:4000/v1/messages", "claude-sonnet-4-5")]
    [InlineData("http://127.0.0.1:11434/v1/chat/completions", "gpt-5")]
    [InlineData("http://192.168.1.7:8000/v1/chat/completions", "deepseek-chat")]
    [InlineData("https://gateway.example.com/v1/messages", "claude-sonnet-4-5")]
    [InlineData("https://api.anthropic.com.example.com/v1/messages", "claude-sonnet-4-5")]
    [InlineData("https://notapi.openai.com/v1/chat/completions", "gpt-5")]
    [InlineData("https://example.com/api.openai.com/v1", "gpt-5")]
    [InlineData("https://api.openai.com/v1/chat/completions", "claude-sonnet-4-5")]
    [InlineData("https://api.openai.com/v1/chat/completions", "")]
    [InlineData("https://api.z.ai/api/anthropic/v1/messages", "glm-4.6")] // not in the table
    [InlineData("https://api.cloudflare.com/client/v4/zones/123/ai/v1", "@cf/openai/gpt-oss-120b")]
    [InlineData("https://api.perplexity.ai/chat/completions", "sonar-deep-research")] // bills citations, which are not reported
    [InlineData("https://api.githubcopilot.com/chat/completions", "gpt-4o")] // in the table without a price
    public void A_famous_name_elsewhere_has_no_price(string url, string model) => Assert.Null(_book.Find(url, model));

    [Fact]
    public void What_the_provider_calls_free_is_free() =>
        Assert.Equal(0m, Cost.Of(_book.Find("https://openrouter.ai/api/v1/chat/completions", "deepseek/deepseek-r1:free")!, new(1000, 100, 0, 50, 0)));

    [Fact]
    public void The_configuration_wins_the_model_over_the_provider_and_both_over_the_table()
    {
        ModelPrice own = new() { Input = new(1), Output = new(2) };
        ModelPrice ofModel = new() { Input = new(3), Output = new(4) };
        var provider = PriceSamples.Provider("https://api.openai.com/v1/chat/completions") with
        {
            Pricing = own,
            ModelPricing = new Dictionary<string, ModelPrice>(StringComparer.OrdinalIgnoreCase) { ["gpt-5"] = ofModel },
        };
        Assert.Same(ofModel, _book.Find(provider, "GPT-5", PriceSamples.Noon));
        Assert.Same(own, _book.Find(provider, "gpt-5-mini", PriceSamples.Noon));
        Assert.Same(own, _book.Find(provider with { BaseUrl = new("http://localhost/v1") }, "anything", PriceSamples.Noon));
        Assert.Equal(0.25m, _book.Find(provider with { Pricing = null }, "gpt-5-mini", PriceSamples.Noon)!.Input!.Amount);
    }

    [Fact]
    public void A_known_model_is_found_again_without_allocating()
    {
        var provider = PriceSamples.Provider("https://openrouter.ai/api/v1/chat/completions");
        var at = PriceSamples.Noon;
        for (var i = 0; i < 100; i++)
        {
            _book.Find(provider, "anthropic/claude-sonnet-4.5", at);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            _book.Find(provider, "anthropic/claude-sonnet-4.5", at);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
