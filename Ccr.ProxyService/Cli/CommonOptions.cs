using System.CommandLine;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Cli;

/// <summary>Options that several verbs have.</summary>
internal static class CommonOptions
{
    /// <summary>--config FILE.</summary>
    public static Option<string?> Config() => new("--config", "-c")
    {
        HelpName = "FILE",
        Description = "Configuration file (else CCR_CONFIG_PATH, CCR_CONFIG, ~/.claude-code-router/config.json)",
    };

    /// <summary>--host H.</summary>
    public static Option<string?> Host(string description)
    {
        var option = new Option<string?>("--host") { HelpName = "H", Description = description };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var host }] && !ListenHost.IsValid(host))
            {
                result.AddError("--host must be an IP address or localhost");
            }
        });
        return option;
    }

    /// <summary>--target-url URL.</summary>
    public static Option<Uri?> TargetUrl()
    {
        var option = new Option<Uri?>("--target-url") { HelpName = "URL", Description = "Send everything to this server, which speaks Anthropic Messages; with --model" };
        option.CustomParser = result =>
        {
            if (ProviderAddress.Fault(result.Tokens[0].Value, out var address) is { } fault)
            {
                result.AddError($"--target-url {fault}");
            }

            return address;
        };
        return option;
    }

    /// <summary>--model M.</summary>
    public static Option<string?> Model() => new("--model") { HelpName = "M", Description = "The model that everything is asked of at --target-url" };

    /// <summary>--allow-anthropic-only.</summary>
    public static Option<bool> AllowAnthropicOnly() => new("--allow-anthropic-only") { Description = "Allow the mode that sends clients' own credentials to Anthropic" };

    /// <summary>--port N.</summary>
    public static Option<int?> Port(string description)
    {
        var option = new Option<int?>("--port", "-p") { HelpName = "N", Description = description };
        option.CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, out var port) && port is >= 1 and <= 65_535)
            {
                return port;
            }

            result.AddError("--port must be a whole number from 1 to 65535");
            return null;
        };
        return option;
    }
}
