using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ccr.ProxyService.Tokens;

/// <summary>Registers token counting.</summary>
internal static class TokensServiceCollectionExtensions
{
    /// <summary>Where the app model puts the address of the service (environment <c>services__tokenizer__http__0</c>).</summary>
    public const string AddressSetting = "services:tokenizer:http:0";

    /// <summary>Counts with the tokenizer service when its address is configured, else in this process.</summary>
    /// <exception cref="InvalidOperationException">The address is none.</exception>
    public static void AddTokenCounting(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<LocalTokenCounter>();
        if (Address(builder.Configuration) is not { } address)
        {
            services.AddSingleton<ITokenCounter>(provider => provider.GetRequiredService<LocalTokenCounter>());
            services.AddSingleton<IExactTokenCounter>(provider => provider.GetRequiredService<LocalTokenCounter>());
            services.AddSingleton<ITokenizerState>(provider => provider.GetRequiredService<LocalTokenCounter>());
            return;
        }

        services.AddSingleton(provider => new TokenizerLink(address, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<TokenizerLink>>()));
        services.AddHostedService(provider => provider.GetRequiredService<TokenizerLink>());
        services.AddSingleton<ITokenizerState>(provider => provider.GetRequiredService<TokenizerLink>());
        services.AddSingleton<ServiceTokenCounter>();
        services.AddSingleton<ITokenCounter>(provider => provider.GetRequiredService<ServiceTokenCounter>());
        services.AddSingleton<IExactTokenCounter>(provider => provider.GetRequiredService<ServiceTokenCounter>());
    }

    private static Uri? Address(IConfiguration configuration)
    {
        var text = configuration[AddressSetting];
        return string.IsNullOrWhiteSpace(text) ? null
            : Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
                ? address
                : throw new InvalidOperationException($"{AddressSetting} (environment services__tokenizer__http__0) is \"{text}\"; it must be an address such as http://localhost:5000.");
    }
}
