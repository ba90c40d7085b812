using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;

namespace Ccr.Tests.Protocols.Errors;

/// <summary>What providers say when they fail, in their own words, and what the router takes it for.</summary>
public class ErrorTaxonomyTests
{
    public static TheoryData<string, int, string, ErrorKind> Rows => new()
    {
        // Anthropic.
        { "Anthropic", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: Field required"},"request_id":"r"}""", ErrorKind.InvalidRequest },
        { "Anthropic", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 208310 tokens > 200000 maximum"}}""", ErrorKind.ContextTooLong },
        { "Anthropic", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"input length and `max_tokens` exceed context limit: 190000 + 32000 > 200000, decrease input length or `max_tokens` and try again"}}""", ErrorKind.InvalidRequest },
        { "Anthropic", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."}}""", ErrorKind.Quota },
        { "Anthropic", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits. You will regain access on 2026-11-01 at 00:00 UTC."}}""", ErrorKind.Quota },
        { "Anthropic", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"Output blocked by content filtering policy"}}""", ErrorKind.ContentPolicy },
        { "Anthropic", 401, """{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}""", ErrorKind.Authentication },
        { "Anthropic", 402, """{"type":"error","error":{"type":"billing_error","message":"Payment required"}}""", ErrorKind.Quota },
        { "Anthropic", 403, """{"type":"error","error":{"type":"permission_error","message":"Your API key does not have permission to use the specified resource"}}""", ErrorKind.Permission },
        { "Anthropic", 404, """{"type":"error","error":{"type":"not_found_error","message":"model: claude-none"}}""", ErrorKind.NotFound },
        { "Anthropic", 413, """{"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}""", ErrorKind.TooLarge },
        { "Anthropic", 429, """{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your organization's rate limit of 40,000 input tokens per minute"}}""", ErrorKind.RateLimited },
        { "Anthropic", 429, """{"type":"error","error":{"type":"rate_limit_error","message":"Spend limit","details":{"error_code":"enforced_spend_limit_reached"}}}""", ErrorKind.Quota },
        { "Anthropic", 500, """{"type":"error","error":{"type":"api_error","message":"Internal server error"}}""", ErrorKind.Server },
        { "Anthropic", 529, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", ErrorKind.Overloaded },
        { "Anthropic", 504, """{"type":"error","error":{"type":"timeout_error","message":"Request timed out"}}""", ErrorKind.Timeout },
        { "Anthropic, in the stream", 0, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", ErrorKind.Overloaded },

        // OpenAI and Azure.
        { "OpenAI", 400, """{"error":{"message":"Unknown parameter: 'foo'.","type":"invalid_request_error","param":"foo","code":"unknown_parameter"}}""", ErrorKind.InvalidRequest },
        { "OpenAI", 400, """{"error":{"message":"This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}""", ErrorKind.ContextTooLong },
        { "OpenAI", 400, """{"error":{"message":"Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a different prompt.","type":"invalid_request_error","param":null,"code":"invalid_prompt"}}""", ErrorKind.ContentPolicy },
        { "OpenAI", 401, """{"error":{"message":"Incorrect API key provided: sk-***.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}""", ErrorKind.Authentication },
        { "OpenAI", 404, """{"error":{"message":"The model `gpt-none` does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}}""", ErrorKind.NotFound },
        { "OpenAI", 429, """{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}""", ErrorKind.Quota },
        { "OpenAI", 429, """{"error":{"message":"Rate limit reached for gpt-5 in organization org-x on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Please try again in 2s.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}""", ErrorKind.RateLimited },
        { "OpenAI", 500, """{"error":{"message":"The server had an error while processing your request. Sorry about that!","type":"server_error","param":null,"code":null}}""", ErrorKind.Server },
        { "OpenAI", 503, """{"error":{"message":"That model is currently overloaded with other requests.","type":"server_error","param":null,"code":null}}""", ErrorKind.Overloaded },
        { "OpenAI", 503, """{"error":{"message":"Slow down","type":"server_error","code":"slow_down"}}""", ErrorKind.Overloaded },
        { "OpenAI, in the stream", 0, """{"type":"error","code":"server_is_overloaded","message":"Our servers are currently overloaded. Please try again later.","param":null}""", ErrorKind.Overloaded },
        { "OpenAI, in the stream", 0, """{"error":{"code":"rate_limit_exceeded","message":"Rate limit reached. Please try again in 1.3s."}}""", ErrorKind.RateLimited },
        { "Azure", 400, """{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy.","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}""", ErrorKind.ContentPolicy },
        { "Azure", 400, """{"error":{"message":"Filtered.","code":"bad_request","innererror":{"code":"ResponsibleAIPolicyViolation"}}}""", ErrorKind.ContentPolicy },
        { "Azure", 404, """{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}""", ErrorKind.NotFound },
        { "Azure", 429, """{"error":{"code":"429","message":"Requests to the ChatCompletions_Create Operation under Azure OpenAI API have exceeded token rate limit of your current pricing tier. Please retry after 20 seconds."}}""", ErrorKind.RateLimited },
        { "Azure, in the stream", 0, """{"error":{"code":"429","message":"Too busy."}}""", ErrorKind.RateLimited },

        // Google.
        { "Gemini", 400, """{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}""", ErrorKind.Authentication },
        { "Gemini", 400, """{"error":{"code":400,"message":"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}""", ErrorKind.ContextTooLong },
        { "Gemini", 400, """{"error":{"code":400,"message":"User location is not supported for the API use.","status":"FAILED_PRECONDITION"}}""", ErrorKind.Permission },
        { "Gemini", 403, """{"error":{"code":403,"message":"Generative Language API has not been used in project 1 before or it is disabled.","status":"PERMISSION_DENIED"}}""", ErrorKind.Permission },
        { "Gemini", 429, """{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.\nPlease retry in 34.07s.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}]}}""", ErrorKind.RateLimited },
        { "Gemini", 429, """{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}]}}""", ErrorKind.Quota },
        { "Gemini", 503, """{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}""", ErrorKind.Overloaded },
        { "Gemini", 504, """{"error":{"code":504,"message":"Deadline expired before operation could complete.","status":"DEADLINE_EXCEEDED"}}""", ErrorKind.Timeout },
        { "Gemini, in a list", 500, """[{"error":{"code":500,"message":"An internal error has occurred.","status":"INTERNAL"}}]""", ErrorKind.Server },

        // Servers that resemble OpenAI's.
        { "OpenRouter", 402, """{"error":{"message":"This request requires more credits, or fewer max_tokens.","code":402}}""", ErrorKind.Quota },
        { "OpenRouter", 403, """{"error":{"message":"Your chosen model requires moderation and your input was flagged","code":403,"metadata":{"reasons":["violence"],"flagged_input":"x","provider_name":"OpenAI"}}}""", ErrorKind.ContentPolicy },
        { "OpenRouter", 400, """{"error":{"message":"foo/bar is not a valid model ID","code":400}}""", ErrorKind.NotFound },
        { "OpenRouter", 400, """{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is too long: 3 tokens > 2 maximum\"}}","provider_name":"Anthropic"}}}""", ErrorKind.ContextTooLong },
        { "OpenRouter", 429, """{"error":{"message":"Provider returned error","code":429,"metadata":{"raw":"x is temporarily rate-limited upstream. Please retry shortly.","provider_name":"Chutes"}}}""", ErrorKind.RateLimited },
        { "OpenRouter, in the stream", 0, """{"error":{"code":502,"message":"Upstream error"}}""", ErrorKind.Server },
        { "DeepSeek", 402, """{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}""", ErrorKind.Quota },
        { "DeepSeek", 400, """{"error":{"message":"Model Not Exist","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}""", ErrorKind.NotFound },
        { "DeepSeek", 400, """{"error":{"message":"Content Exists Risk","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}""", ErrorKind.ContentPolicy },
        { "Moonshot", 429, """{"error":{"message":"Your account is not active, current quota exceeded","type":"exceeded_current_quota_error"}}""", ErrorKind.Quota },
        { "Moonshot", 429, """{"error":{"message":"The engine is currently overloaded, please try again later","type":"engine_overloaded_error"}}""", ErrorKind.Overloaded },
        { "Moonshot", 429, """{"error":{"message":"Your account reached max request, please try again after 1 seconds","type":"rate_limit_reached_error"}}""", ErrorKind.RateLimited },
        { "Moonshot", 400, """{"error":{"message":"Invalid request: Your request exceeded model token limit: 131072","type":"invalid_request_error"}}""", ErrorKind.ContextTooLong },
        { "Moonshot", 400, """{"error":{"message":"The request was rejected because it was considered high risk","type":"content_filter"}}""", ErrorKind.ContentPolicy },
        { "GLM", 429, """{"error":{"code":"1113","message":"Insufficient balance or no resource package. Please recharge."}}""", ErrorKind.Quota },
        { "GLM", 429, """{"error":{"code":"1302","message":"High concurrency usage of this API, please reduce concurrency or contact customer service"}}""", ErrorKind.RateLimited },
        { "GLM", 429, """{"error":{"code":"1305","message":"The model is currently visited by too many people"}}""", ErrorKind.Overloaded },
        { "GLM", 400, """{"error":{"code":"1301","message":"System detected potentially unsafe or sensitive content in input or generation."}}""", ErrorKind.ContentPolicy },
        { "GLM, in the stream", 0, """{"error":{"code":"1302","message":"High concurrency usage of this API"}}""", ErrorKind.RateLimited },
        { "MiniMax, in a success", 0, """{"choices":null,"base_resp":{"status_code":1002,"status_msg":"rate limit"}}""", ErrorKind.RateLimited },
        { "MiniMax, in a success", 0, """{"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}""", ErrorKind.Quota },
        { "MiniMax, in a success", 0, """{"base_resp":{"status_code":1039,"status_msg":"token limit"}}""", ErrorKind.RateLimited },
        { "MiniMax, in a success", 0, """{"base_resp":{"status_code":2013,"status_msg":"invalid params"}}""", ErrorKind.InvalidRequest },
        { "MiniMax, in a success", 0, """{"base_resp":{"status_code":2013,"status_msg":"invalid params, context window exceeds limit"}}""", ErrorKind.ContextTooLong },
        { "Groq", 498, """{"error":{"message":"Flex tier capacity exceeded","type":"capacity_exceeded"}}""", ErrorKind.Overloaded },
        { "Groq", 400, """{"error":{"message":"Please reduce the length of the messages or completion.","type":"invalid_request_error","code":"context_length_exceeded"}}""", ErrorKind.ContextTooLong },
        { "Mistral", 429, """{"object":"error","message":"Service tier capacity exceeded for this model.","type":"service_tier_capacity_exceeded","param":null,"code":"3505"}""", ErrorKind.Overloaded },
        { "Mistral", 429, """{"object":"error","message":"Rate limit exceeded","type":"rate_limited","param":null,"code":"1300"}""", ErrorKind.RateLimited },
        { "Mistral", 400, """{"object":"error","message":"Invalid model: x","type":"invalid_model","param":null,"code":"1500"}""", ErrorKind.NotFound },
        { "xAI", 403, """{"code":"The caller does not have permission","error":"Your newly created team doesn't have any credits yet."}""", ErrorKind.Quota },
        { "xAI", 400, """{"code":"Client specified an invalid argument","error":"This model's maximum prompt length is 131072 but the request contains 140000 tokens."}""", ErrorKind.ContextTooLong },
        { "DashScope", 400, """{"error":{"code":"data_inspection_failed","message":"Input data may contain inappropriate content.","type":"data_inspection_failed"}}""", ErrorKind.ContentPolicy },
        { "DashScope", 400, """{"error":{"code":"Arrearage","message":"Access denied, please make sure your account is in good standing."}}""", ErrorKind.Quota },
        { "vLLM", 400, """{"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.","type":"BadRequestError","param":null,"code":400}""", ErrorKind.ContextTooLong },
        { "vLLM", 404, """{"object":"error","message":"The model `x` does not exist.","type":"NotFoundError","param":null,"code":404}""", ErrorKind.NotFound },
        { "llama.cpp", 503, """{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}""", ErrorKind.Overloaded },
        { "LM Studio", 400, """{"error":"Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough. The number of tokens to keep from the initial prompt is greater than the context length."}""", ErrorKind.ContextTooLong },
        { "Together", 422, """{"error":{"message":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097. Given: 5000 `inputs` tokens and 512 `max_new_tokens`","type":"invalid_request_error"}}""", ErrorKind.ContextTooLong },
        { "new-api", 403, """{"error":{"message":"user quota is not enough","type":"new_api_error","code":"insufficient_user_quota"}}""", ErrorKind.Quota },
        { "a gateway", 429, """{"error":{"message":"Too many requests","type":"api_error"}}""", ErrorKind.RateLimited },
        { "a server, in a success", 0, """{"error":"rate limit exceeded"}""", ErrorKind.RateLimited },

        // Amazon Bedrock.
        { "Bedrock", 429, """{"message":"Too many tokens, please wait before trying again.","__type":"com.amazon.coral.service#ThrottlingException"}""", ErrorKind.RateLimited },
        { "Bedrock", 429, """{"message":"The model is not ready.","__type":"ModelNotReadyException"}""", ErrorKind.Overloaded },
        { "Bedrock", 403, """{"Message":"The security token included in the request is expired","__type":"ExpiredTokenException"}""", ErrorKind.Authentication },
        { "Bedrock", 400, """{"message":"Input is too long for requested model.","__type":"ValidationException"}""", ErrorKind.ContextTooLong },
        { "Bedrock", 400, """{"message":"You have reached the limit.","__type":"ServiceQuotaExceededException"}""", ErrorKind.Quota },

        // Cloudflare and web servers before it all.
        { "Cloudflare", 520, "<html><head><title>up | 520: Web server is returning an unknown error</title></head></html>", ErrorKind.Server },
        { "Cloudflare", 521, "error code: 521", ErrorKind.Transport },
        { "Cloudflare", 522, "error code: 522", ErrorKind.Timeout },
        { "Cloudflare", 524, "<!DOCTYPE html><html><head><title>up | 524: A timeout occurred</title></head></html>", ErrorKind.Timeout },
        { "nginx", 502, "<html><head><title>502 Bad Gateway</title></head></html>", ErrorKind.Server },
        { "nginx", 413, "<html><head><title>413 Request Entity Too Large</title></head></html>", ErrorKind.TooLarge },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_failure_is_taken_for_what_it_is(string source, int status, string body, ErrorKind expected)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var error = status == 0 ? ProviderErrorReader.ReadEmbedded(bytes, source) : ProviderErrorReader.Read(status, bytes, null, source);
        Assert.Equal(expected, error.Kind);
    }

    [Theory]
    [InlineData("Rate limit reached for gpt-5. Please try again in 1.3s.", 1300)]
    [InlineData("Please retry in 34.07s.", 34_070)]
    [InlineData("Please retry after 20 seconds.", 20_000)]
    [InlineData("Please try again in 7m12.5s.", 432_500)]
    [InlineData("Please try again in 250ms. Visit the limits page.", 250)]
    [InlineData("please try again after 1 seconds", 1000)]
    [InlineData("Please try again in 1h2m3s", 3_723_000)]
    [InlineData("Please wait 2 minutes", 120_000)]
    public void The_wait_in_the_words_is_told(string message, int milliseconds)
    {
        var body = Encoding.UTF8.GetBytes($$$"""{"error":{"message":"{{{message}}}","code":"rate_limit_exceeded"}}""");
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), ProviderErrorReader.Read(429, body, null, "up").RetryAfter);
        Assert.Equal(TimeSpan.FromSeconds(9), ProviderErrorReader.Read(429, body, TimeSpan.FromSeconds(9), "up").RetryAfter);
    }

    [Theory]
    [InlineData(429, "Please try again later.")]
    [InlineData(429, "Please try again in 90 days.")]
    [InlineData(429, "Please try again in 48 hours.")]
    [InlineData(429, "Limit 30000, please retry in a while; 5 sandwiches")]
    [InlineData(400, "max_tokens is wrong, try again in 5s")]
    public void No_wait_is_made_up(int status, string message) =>
        Assert.Null(ProviderErrorReader.Read(status, Encoding.UTF8.GetBytes($$$"""{"error":{"message":"{{{message}}}"}}"""), null, "up").RetryAfter);

    [Fact]
    public void What_the_provider_behind_an_aggregator_said_is_told()
    {
        var error = ProviderErrorReader.Read(400, """{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"error\":{\"message\":\"Unsupported parameter: 'top_p'\",\"type\":\"invalid_request_error\",\"param\":\"top_p\",\"code\":\"unsupported_parameter\"}}"}}}"""u8, null, "up");
        Assert.Equal(("Provider returned error: Unsupported parameter: 'top_p'", "top_p", "unsupported_parameter"), (error.Message, error.Param, error.Code));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1002, true)]
    public void An_answer_that_reports_a_failure_in_base_resp_is_none(int code, bool fails)
    {
        var choices = fails ? "null" : """[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]""";
        var message = new MessageReducer();
        using var decoder = Pitfalls.Wire.Decoder(Dialect.OpenAIChat, message);
        decoder.DecodeWhole(Encoding.UTF8.GetBytes($$$"""{"id":"x","choices":{{{choices}}},"base_resp":{"status_msg":"rate limit","status_code":{{{code}}}}}"""));
        Assert.Equal(fails ? ErrorKind.RateLimited : null, message.Failure?.Kind);
    }
}
