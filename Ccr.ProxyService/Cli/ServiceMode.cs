namespace Ccr.ProxyService.Cli;

/// <summary>Tells a start by an orchestrator (Aspire, a container) from a person's command line.</summary>
internal static class ServiceMode
{
    private static readonly string[] AddressVariables =
        ["ASPNETCORE_URLS", "DOTNET_URLS", "URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_HTTP_PORTS"];

    /// <summary>True when there is no verb and something else says where to listen: an address variable or --urls.</summary>
    public static bool Applies(string[] args, Func<string, string?> environment)
    {
        var hasAddress = AddressVariables.Any(v => !string.IsNullOrEmpty(environment(v)))
            || args.Any(a => a == "--urls" || a.StartsWith("--urls=", StringComparison.Ordinal));
        return hasAddress && (args.Length == 0 || (args[0].StartsWith("--", StringComparison.Ordinal) && !IsOwnOption(args[0])));
    }

    private static bool IsOwnOption(string argument) => argument is "--help" or "--version";
}
