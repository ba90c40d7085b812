using System.CommandLine;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Hosting;
using Microsoft.AspNetCore.Connections;

namespace Ccr.ProxyService.Cli;

/// <summary><c>ccr start</c>: the router in the foreground.</summary>
internal static class StartVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var config = CommonOptions.Config();
        var host = CommonOptions.Host("Address to listen on (else HOST of the configuration)");
        var port = CommonOptions.Port("Port to listen on (else PORT of the configuration)");
        var target = CommonOptions.TargetUrl();
        var model = CommonOptions.Model();
        var allow = CommonOptions.AllowAnthropicOnly();
        var command = new Command("start", "Start the router in the foreground; Ctrl-C or ccr stop ends it.") { config, host, port, target, model, allow };
        command.Validators.Add(result =>
        {
            if (result.GetResult(target) is null != result.GetResult(model) is null)
            {
                result.AddError("--target-url and --model are given together");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new StartOptions
            {
                ConfigPath = parsed.GetValue(config),
                Host = parsed.GetValue(host),
                Port = parsed.GetValue(port),
                TargetUrl = parsed.GetValue(target),
                TargetModel = parsed.GetValue(model),
                AllowAnthropicOnly = parsed.GetValue(allow),
            },
            cancellationToken));
        return command;
    }

    /// <summary>The router as a service of an orchestrator, which keeps the pid and chooses the address.</summary>
    public static async Task<int> RunServiceAsync(string[] hostArguments)
    {
        try
        {
            return await ProxyHost.RunAsync(new StartOptions { ServiceMode = true, HostArguments = hostArguments }, CancellationToken.None);
        }
        catch (IOException fault) when (fault.InnerException is AddressInUseException)
        {
            // Kestrel's message names the address.
            return CommandLine.Fail($"{fault.Message.TrimEnd('.')}; change ASPNETCORE_URLS");
        }
    }

    private static async Task<int> RunAsync(StartOptions options, CancellationToken cancellationToken)
    {
        Func<string, string?> environment = Environment.GetEnvironmentVariable;
        var location = ConfigLocation.Find(options.ConfigPath, environment) with { IsOptional = options.TargetUrl is not null };
        var loaded = location.Load(environment);
        var config = loaded.Config ?? throw new ConfigurationException(location.Path, loaded.Problems);
        var host = ListenHost.Effective(options.Host ?? config.Host, config.ApiKey);
        var port = options.Port ?? config.Port;
        if (options.Host is not null && options.Host != host)
        {
            return CommandLine.Fail($"--host {options.Host} needs APIKEY in {config.Source}: without it anyone on the network could spend your keys");
        }

        var entry = new PidEntry
        {
            Pid = Environment.ProcessId,
            Started = ProcessIdentity.Started(Environment.ProcessId) ?? 0,
            Host = host,
            Port = port,
            ConfigPath = location.IsExplicit ? location.Path : null,
            HostOption = options.Host,
            PortOption = options.Port,
            TargetUrl = options.TargetUrl?.AbsoluteUri,
            TargetModel = options.TargetModel,
            AllowAnthropicOnly = options.AllowAnthropicOnly,
        };
        var (claim, holder) = await new PidFiles(CcrHome.Folder(environment)).ClaimAsync(entry, cancellationToken);
        if (holder is not null)
        {
            return CommandLine.Fail($"already running on port {port} (pid {holder.Pid}); end it with ccr stop, or choose another port with --port");
        }

        using (claim)
        {
            if (ListenProbe.Fault(host, port, config.Source) is { } fault)
            {
                return CommandLine.Fail(fault);
            }

            try
            {
                return await ProxyHost.RunAsync(options, cancellationToken);
            }
            catch (IOException inUse) when (inUse.InnerException is AddressInUseException)
            {
                // Taken in the moment since the probe.
                return CommandLine.Fail(ListenProbe.InUse(host, port, config.Source));
            }
        }
    }
}
