using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Documents;

/// <summary>A plan's hosts as an Ansible inventory: one group a wave, hosts in the order of their planned start, with exactly the packages that they get.</summary>
/// <remarks>Strings are written as JSON, which is YAML, and marked unsafe: no name can end its quotes or become a template.</remarks>
internal sealed class AnsibleInventory
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Dictionary<string, string> aliases = new(StringComparer.Ordinal);
    private readonly PatchPlan plan;

    public AnsibleInventory(PatchPlan plan)
    {
        this.plan = plan;
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var host in plan.Waves.SelectMany(w => w.Hosts))
        {
            // Ansible reads brackets and colons in a host's name as a range or a port; such a host goes by another name.
            var alias = host.Name.Length > 0 && host.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') && !Groups(host.Name) && taken.Add(host.Name) ? host.Name
                : string.Create(CultureInfo.InvariantCulture, $"host_{aliases.Count + 1}");
            aliases.TryAdd(host.Asset, alias);
        }
    }

    public string AliasOf(string asset) => aliases[asset];

    /// <param name="assets">Addresses, ports and users of the hosts, where the store has them.</param>
    public string Write(IReadOnlyDictionary<string, Asset> assets)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Hosts of plan {plan.Id}, hash {plan.Hash}, in the order of the plan.\nall:\n  children:\n");
        foreach (var wave in plan.Waves)
        {
            var hosts = wave.Hosts.OrderBy(h => h.Start).ThenBy(h => h.Asset, StringComparer.Ordinal).ToList();
            Group(text, Name(wave), hosts.Where(IsAutomatic), assets);
            Group(text, Name(wave) + "_manual", hosts.Where(h => !IsAutomatic(h)), assets);
        }
        return text.ToString();
    }

    internal static string Name(PlanWave wave) => string.Create(CultureInfo.InvariantCulture, $"wave_{wave.Number}");

    /// <summary>Whether apt installs something on the host; everything else is left to a person, and named.</summary>
    internal static bool IsAutomatic(PlannedHost host) => host.Patches.Any(IsApt);

    private static bool IsApt(PlannedPatch patch) => patch.Packages.Count > 0 && !patch.Patch.StartsWith("rpm:", StringComparison.Ordinal);

    private void Group(StringBuilder text, string name, IEnumerable<PlannedHost> hosts, IReadOnlyDictionary<string, Asset> assets)
    {
        var list = hosts.ToList();
        if (list.Count == 0) return;
        text.Append(CultureInfo.InvariantCulture, $"    {name}:\n      hosts:\n");
        foreach (var host in list)
        {
            var asset = assets.GetValueOrDefault(host.Asset);
            text.Append(CultureInfo.InvariantCulture, $"        {AliasOf(host.Asset)}:\n          ansible_host: {Quoted(asset?.Address ?? host.Name)}\n");
            if (asset?.Port is { } port) text.Append(CultureInfo.InvariantCulture, $"          ansible_port: {port}\n");
            if (asset?.User is { } user) text.Append(CultureInfo.InvariantCulture, $"          ansible_user: {Quoted(user)}\n");
            if (asset?.Transport == TransportKind.Local) text.Append("          ansible_connection: local\n");
            var packages = host.Patches.Where(IsApt).SelectMany(p => p.Packages).ToList();
            text.Append(CultureInfo.InvariantCulture, $"          patchops_start: {Quoted(PlanText.Time(host.Start))}\n");
            text.Append(CultureInfo.InvariantCulture, $"          patchops_names: {List(packages.Select(p => p.Package))}\n          patchops_packages: {List(packages.Select(p => $"{p.Package}={p.Version}"))}\n");
            text.Append(CultureInfo.InvariantCulture, $"          patchops_manual: {List(host.Patches.Where(p => !IsApt(p)).Select(p => p.Packages.Count == 0 ? p.Patch : string.Join(' ', p.Packages)))}\n");
        }
    }

    internal static string Quoted(string value) => "!unsafe " + JsonSerializer.Serialize(value, Json);

    internal static string List(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(Quoted))}]";

    /// <summary>Names that mean something to Ansible.</summary>
    private static bool Groups(string name) => name is "all" or "ungrouped" or "localhost" || name.StartsWith("wave_", StringComparison.OrdinalIgnoreCase) || name.StartsWith("host_", StringComparison.OrdinalIgnoreCase);
}
