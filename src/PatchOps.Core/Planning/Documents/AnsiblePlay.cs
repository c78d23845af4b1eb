using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PatchOps.Core.Waves.Halting;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Documents;

/// <summary>A plan as an Ansible playbook: one play a wave, exact versions, gates, and the way back where a host is not healthy.</summary>
/// <remarks>
/// Ansible counts failures batch by batch and goes on past unreachable hosts. So a batch is no larger than the failures that the wave tolerates,
/// and any error ends the run: the limit is kept, sooner than by the plan itself.
/// </remarks>
internal static class AnsiblePlay
{
    private const int ProbePause = 5;
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(PatchPlan plan)
    {
        var inventory = new AnsibleInventory(plan);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Plan {plan.Id}, hash {plan.Hash}. Run a wave alone with: ansible-playbook -i INVENTORY FILE --tags wave_1\n# Ansible keeps neither windows nor approvals: check both before a wave.\n");
        if (plan.Waves.Count == 0) text.Append("[]\n");
        foreach (var wave in plan.Waves) Play(text, wave, inventory);
        return text.ToString();
    }

    private static void Play(StringBuilder text, PlanWave wave, AnsibleInventory inventory)
    {
        if (wave.Hosts.Any(h => h.Patches.Any(p => p.Packages.Count == 0 || p.Patch.StartsWith("rpm:", StringComparison.Ordinal)))) Manual(text, wave);
        if (!wave.Hosts.Any(AnsibleInventory.IsAutomatic)) return;
        var batch = Math.Max(1, new FailureBudget(wave.HaltRule, Math.Max(1, wave.Hosts.Count)).Limit);
        text.Append(CultureInfo.InvariantCulture, $"- name: {Name($"Wave {wave.Number} ({wave.Stage} {wave.Ring}), from {PlanText.Time(wave.Start)} to {PlanText.Time(wave.End)}")}\n  hosts: wave_{wave.Number}\n  order: inventory\n");
        text.Append(CultureInfo.InvariantCulture, $"  serial: {batch}\n  any_errors_fatal: true\n  become: true\n  gather_facts: false\n  tags: [wave_{wave.Number}]\n");
        var urls = wave.Gates.Select((g, i) => (g, i)).Where(g => Is(g.g, "Http")).ToList();
        if (urls.Count > 0) text.Append("  vars:\n");
        foreach (var (gate, i) in urls) text.Append(CultureInfo.InvariantCulture, $"    patchops_gate_{i}: {AnsibleInventory.Quoted(gate.Target)}\n");
        text.Append("  tasks:\n    - name: Exactly the approved versions, healthy, or back\n      block:\n");
        foreach (var step in wave.Quiesce) Command(text, $"Quiesce: {step.Name}", step.Take, Only(step.Assets, [], inventory), null);
        text.Append("        - name: Versions before\n          ansible.builtin.package_facts:\n            manager: apt\n");
        text.Append("        - name: The way back\n          ansible.builtin.set_fact:\n            patchops_before: \"{{ patchops_names | zip(patchops_names | map('extract', ansible_facts.packages) | map('first') | map(attribute='version')) | map('join', '=') | list }}\"\n");
        text.Append("        - name: Exactly the approved versions\n          ansible.builtin.apt:\n            name: \"{{ patchops_packages }}\"\n            state: present\n            only_upgrade: true\n          when: patchops_packages | length > 0\n");
        for (var i = 0; i < wave.Gates.Count; i++) Gate(text, wave, wave.Gates[i], i, inventory);
        foreach (var test in wave.Tests) Gate(text, wave, new HealthGate { Kind = test.Kind, Target = test.Target, Packages = test.Packages, Assets = test.Assets }, -1, inventory);
        text.Append("      rescue:\n        - name: Back to the versions before\n          ansible.builtin.apt:\n            name: \"{{ patchops_before }}\"\n            state: present\n            allow_downgrade: true\n          when: patchops_before is defined and patchops_before | length > 0\n");
        text.Append("        - name: Not healthy\n          ansible.builtin.fail:\n            msg: \"{{ inventory_hostname }} was not healthy with the approved versions and went back\"\n");
        if (wave.Quiesce.Count > 0)
        {
            text.Append("      always:\n");
            foreach (var step in wave.Quiesce.Reverse()) Command(text, $"Put back: {step.Name}", step.PutBack, Only(step.Assets, [], inventory), null);
        }
    }

    /// <summary>Names what apt does not install; connects to no host.</summary>
    private static void Manual(StringBuilder text, PlanWave wave) =>
        text.Append(CultureInfo.InvariantCulture, $"- name: {Name($"Wave {wave.Number}: to be installed by other means")}\n  hosts: wave_{wave.Number}:wave_{wave.Number}_manual\n  gather_facts: false\n  tags: [wave_{wave.Number}]\n  tasks:\n    - name: By other means\n      ansible.builtin.debug:\n        var: patchops_manual\n      when: patchops_manual | length > 0\n");

    private static void Gate(StringBuilder text, PlanWave wave, HealthGate gate, int number, AnsibleInventory inventory)
    {
        var retries = Math.Max(1, (int)Math.Ceiling(wave.Rollback.ProbeGrace.TotalSeconds / ProbePause));
        var only = Only(gate.Assets, gate.Packages, inventory);
        var wait = string.Create(CultureInfo.InvariantCulture, $"          register: patchops_probe\n          until: patchops_probe is succeeded\n          retries: {retries}\n          delay: {ProbePause}\n");
        if (Is(gate, "Command"))
        {
            Command(text, $"Gate: {gate}", ["sh", "-c", gate.Target], only, wait);
        }
        else if (Is(gate, "Service"))
        {
            Command(text, $"Gate: {gate}", ["systemctl", "is-active", "--quiet", gate.Target], only, wait);
        }
        else if (Is(gate, "Tcp") && int.TryParse(gate.Target, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            text.Append(CultureInfo.InvariantCulture, $"        - name: {Name($"Gate: {gate}")}\n          ansible.builtin.wait_for:\n            host: \"{{{{ ansible_host }}}}\"\n            port: {port}\n            timeout: {Math.Max(1, (int)wave.Rollback.ProbeGrace.TotalSeconds)}\n          delegate_to: localhost\n          become: false\n{only}");
        }
        else if (Is(gate, "Http") && number >= 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"        - name: {Name($"Gate: {gate}")}\n          ansible.builtin.uri:\n            url: \"{{{{ patchops_gate_{number} | replace('{{host}}', ansible_host) }}}}\"\n            follow_redirects: none\n          delegate_to: localhost\n          become: false\n{wait}{only}");
        }
        else
        {
            Say(text, "        ", $"Gate that a person checks: {gate}", $"Not checked by Ansible: {gate}");
        }
    }

    private static void Command(StringBuilder text, string name, IReadOnlyList<string> command, string only, string? wait)
    {
        text.Append(CultureInfo.InvariantCulture, $"        - name: {Name(name)}\n          ansible.builtin.command:\n            argv: {AnsibleInventory.List(command)}\n{(wait is null ? "" : "          changed_when: false\n" + wait)}{only}");
    }

    private static void Say(StringBuilder text, string indent, string name, string message) =>
        text.Append(CultureInfo.InvariantCulture, $"{indent}- name: {Name(name)}\n{indent}  ansible.builtin.debug:\n{indent}    msg: {AnsibleInventory.Quoted(message)}\n");

    private static string Only(IReadOnlyList<string> assets, IReadOnlyList<string> packages, AnsibleInventory inventory)
    {
        var conditions = new List<string>();
        // Aliases are letters, digits, dots and dashes: they cannot end the quotes of an expression.
        if (assets.Count > 0) conditions.Add($"inventory_hostname in [{string.Join(", ", assets.Select(a => $"'{inventory.AliasOf(a)}'"))}]");
        if (packages.Count > 0) conditions.Add($"patchops_names | intersect([{string.Join(", ", packages.Where(IsPlain).Select(p => $"'{p}'"))}]) | length > 0");
        return conditions.Count == 0 ? "" : $"          when: {JsonSerializer.Serialize(string.Join(" and ", conditions), Json)}\n";
    }

    private static bool IsPlain(string package) => package.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '+' or '-' or '_' or ':');

    private static bool Is(HealthGate gate, string kind) => gate.Kind.Equals(kind, StringComparison.OrdinalIgnoreCase);

    /// <summary>Names of tasks are templates; braces in them are taken apart.</summary>
    private static string Name(string value) => JsonSerializer.Serialize(value.Replace("{{", "{ {", StringComparison.Ordinal).Replace("{%", "{ %", StringComparison.Ordinal).Replace("{#", "{ #", StringComparison.Ordinal), Json);
}
