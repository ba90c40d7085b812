using Ccr.Dashboard.Web.Components;
using Ccr.Dashboard.Web.Live;
using Ccr.Dashboard.Web.Sources;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace Ccr.Dashboard.Web;

/// <summary>The dashboard: reads Redis and the proxy's admin API once a second and shows what it finds. Writes nothing.</summary>
internal static class Program
{
    private static async Task Main(string[] args)
    {
        // The program's own folder, not the current one: it may be started from anywhere.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseStaticWebAssets();
        builder.AddServiceDefaults();
        builder.AddDashboardSources();
        builder.Services.AddSingleton<SnapshotService>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SnapshotService>());

        builder.Services.AddSingleton<IConfigureOptions<KeyManagementOptions>, MemoryKeys>();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddSingleton<IAntiforgery, NoForms>();
        builder.Services.AddBootstrapBlazor(options =>
        {
            // The library looks for translations of texts that these pages do not show, and logs each one it lacks.
            options.IgnoreLocalizerMissing = true;
        });
        builder.Services.AddScoped<BrowserClock>();

        var app = builder.Build();
        app.UseSecurityHeaders();
        app.UseExceptionHandler("/error", createScopeForErrors: true);
        app.UseStatusCodePagesWithReExecute("/not-found");
        app.UseAntiforgery();
        app.MapDefaultEndpoints();
        app.MapStaticAssets();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
        await app.RunAsync();
    }
}
