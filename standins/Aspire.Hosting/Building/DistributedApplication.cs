using Aspire.Hosting.Publishing;
using Aspire.Hosting.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

// Stands for Aspire.Hosting.DistributedApplication. Left out: resource commands, the Aspire dashboard, pipelines.

/// <summary>An application of several resources: runs them, or writes their manifest.</summary>
public class DistributedApplication : IHost, IAsyncDisposable
{
    private readonly IHost _host;
    private readonly DistributedApplicationExecutionContext _context;
    private readonly IReadOnlyList<string> _problems;

    internal DistributedApplication(IHost host, DistributedApplicationExecutionContext context, IReadOnlyList<string> problems)
    {
        _host = host;
        _context = context;
        _problems = problems;
    }

    /// <inheritdoc />
    public IServiceProvider Services => _host.Services;

    /// <summary>What is known of the resources.</summary>
    public ResourceNotificationService ResourceNotifications => Services.GetRequiredService<ResourceNotificationService>();

    /// <summary>Describes an application.</summary>
    public static IDistributedApplicationBuilder CreateBuilder() => CreateBuilder([]);

    /// <summary>Describes an application; the command line is part of its configuration.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => CreateBuilder(new DistributedApplicationOptions { Args = args });

    /// <summary>Describes an application.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new DistributedApplicationBuilder(options);
    }

    /// <summary>Runs until Ctrl-C or SIGTERM, or writes the manifest. A failure is one line on the console and exit code 1.</summary>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <summary>Runs until <paramref name="cancellationToken"/>, Ctrl-C or SIGTERM, or writes the manifest. A failure is one line on the console and exit code 1.</summary>
    public virtual async Task RunAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            ThrowIfProblems();
            if (_context.IsPublishMode)
            {
                await Services.GetRequiredService<ManifestPublisher>().PublishAsync(cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await RunResourcesAsync(cancellationToken).ConfigureAwait(false);
                Environment.ExitCode = Services.GetRequiredService<Orchestrator>().Failure is null ? Environment.ExitCode : 1;
            }
        }
        catch (DistributedApplicationException e)
        {
            // One line for a person; a stack trace would bury it.
            Services.GetRequiredService<ResourceConsole>().Error(e.Message);
            Environment.ExitCode = 1;
        }
        finally
        {
            await DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Begins to start the resources.</summary>
    public virtual Task StartAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfProblems();
        return _host.StartAsync(cancellationToken);
    }

    /// <summary>Stops the resources, last started first, in at most ten seconds.</summary>
    public virtual Task StopAsync(CancellationToken cancellationToken = default) => _host.StopAsync(cancellationToken);

    /// <inheritdoc />
    public virtual void Dispose()
    {
        _host.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc />
    public virtual async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            _host.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    private async Task RunResourcesAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _host.StartAsync(cancellationToken).ConfigureAwait(false);
            await _host.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C in the middle of the start: what has started must stop all the same.
            await _host.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private void ThrowIfProblems()
    {
        if (_problems.Count > 0)
        {
            throw new DistributedApplicationException(string.Join(Environment.NewLine, _problems));
        }
    }
}
