using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ccr.ProxyService.Tokens;

/// <summary>Registers token counting.</summary>
internal static class TokensServiceCollectionExtensions
{
    /// <summary>Where the app model puts the addresses of the service (environment <c>services__tokenizer__http__0</c>, <c>…__1</c>, …).</summary>
    public const string AddressSetting = "services:tokenizer:http";

    /// <summary>Counts with the tokenizer service when its address is configured, else in this process.</summary>
    /// <exception cref="InvalidOperationException">An address is none.</exception>
    public static void AddTokenCounting(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<LocalTokenCounter>();
        services.AddSingleton<TokenDrift>();
        services.AddSingleton<TokenAudit>();
        services.AddSingleton<TokenTotals>();
        services.AddSingleton<TokenSampler>();
        services.AddHostedService(provider => provider.GetRequiredService<TokenSampler>());
        services.AddSingleton<TokenMetrics>();
        var addresses = Addresses(builder.Configuration);
        if (addresses.Count == 0)
        {
            services.AddSingleton<ITokenCounter>(provider => provider.GetRequiredService<LocalTokenCounter>());
            services.AddSingleton<IExactTokenCounter>(provider => provider.GetRequiredService<LocalTokenCounter>());
            services.AddSingleton<ITokenizerState>(provider => provider.GetRequiredService<LocalTokenCounter>());
            return;
        }

        services.AddSingleton(provider => new TokenizerLinks(
            [.. addresses.Select(address => new TokenizerLink(address, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<TokenizerLink>>()))]));
        for (var i = 0; i < addresses.Count; i++)
        {
            // Not AddHostedService, which takes a second one of the same type for the first.
            var index = i;
            services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<TokenizerLinks>().All[index]);
        }

        services.AddSingleton<ITokenizerState>(provider => provider.GetRequiredService<TokenizerLinks>());
        services.AddSingleton<ServiceTokenCounter>();
        services.AddSingleton<ITokenCounter>(provider => provider.GetRequiredService<ServiceTokenCounter>());
        services.AddSingleton<IExactTokenCounter>(provider => provider.GetRequiredService<ServiceTokenCounter>());
    }

    private static List<Uri> Addresses(IConfiguration configuration)
    {
        var addresses = new List<Uri>();
        foreach (var setting in configuration.GetSection(AddressSetting).GetChildren())
        {
            if (!string.IsNullOrWhiteSpace(setting.Value))
            {
                addresses.Add(Uri.TryCreate(setting.Value, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
                    ? address
                    : throw new InvalidOperationException(
                        $"{setting.Path} (environment {setting.Path.Replace(":", "__", StringComparison.Ordinal)}) is \"{setting.Value}\"; it must be an address such as http://localhost:5000."));
            }
        }

        return addresses;
    }
}
