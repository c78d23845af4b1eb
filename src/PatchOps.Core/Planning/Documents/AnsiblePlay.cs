using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Documents;

/// <summary>A plan as an Ansible playbook: one group and one play a wave, exact versions, the halt rule as <c>max_fail_percentage</c>.</summary>
/// <remarks>Strings are written as JSON, which is YAML: no name can end its quotes. Patches that name no package are left to a person, and said so.</remarks>
internal static class AnsiblePlay
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(PatchPlan plan)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Plan {plan.Id}, hash {plan.Hash}. Run a wave alone with: ansible-playbook FILE --tags setup,wave_1\n");
        text.Append("- name: Hosts of the plan\n  hosts: localhost\n  connection: local\n  gather_facts: false\n  tags: [setup, always]\n  tasks:\n");
        foreach (var wave in plan.Waves)
        {
            text.Append(CultureInfo.InvariantCulture, $"    - name: Hosts of wave {wave.Number}\n      ansible.builtin.add_host:\n        name: \"{{{{ item.name }}}}\"\n        groups: wave_{wave.Number}\n        patchops_packages: \"{{{{ item.packages }}}}\"\n      loop:\n");
            foreach (var host in wave.Hosts)
                text.Append(CultureInfo.InvariantCulture, $"        - {{name: {Quoted(host.Name)}, packages: [{string.Join(", ", host.Patches.SelectMany(p => p.Packages).Select(p => Quoted($"{p.Package}={p.Version}")))}]}}\n");
        }
        foreach (var wave in plan.Waves)
        {
            var manual = wave.Hosts.SelectMany(h => h.Patches).Where(p => p.Packages.Count == 0).Select(p => p.Patch).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            text.Append(CultureInfo.InvariantCulture, $"- name: {Title($"Wave {wave.Number} ({wave.Stage} {wave.Ring}), from {PlanText.Time(wave.Start)}")}\n  hosts: wave_{wave.Number}\n  become: true\n  gather_facts: false\n");
            text.Append(CultureInfo.InvariantCulture, $"  serial: {Math.Max(1, wave.HaltRule.MaxFailures)}\n  max_fail_percentage: {wave.HaltRule.MaxFailurePercent:0.##}\n  tags: [wave_{wave.Number}]\n  tasks:\n");
            text.Append("    - name: Exactly the approved versions\n      ansible.builtin.apt:\n        name: \"{{ patchops_packages }}\"\n        state: present\n        only_upgrade: true\n      when: patchops_packages | length > 0\n");
            if (manual.Count > 0)
                text.Append(CultureInfo.InvariantCulture, $"    - name: What no package names\n      ansible.builtin.debug:\n        msg: {Quoted("To be installed by other means: " + string.Join(", ", manual))}\n");
        }
        return text.ToString();
    }

    private static string Title(string value) => JsonSerializer.Serialize(value, Json);

    // Marked unsafe, so that Ansible never takes braces in a name for a template.
    private static string Quoted(string value) => "!unsafe " + JsonSerializer.Serialize(value, Json);
}
