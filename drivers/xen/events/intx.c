// SPDX-License-Identifier: GPL-2.0-only
/*
 * Upcalls by the interrupt line of the platform PCI device.
 *
 * The line is asserted while evtchn_upcall_pending of vCPU 0 is set. There is
 * no line for any other vCPU, so all ports are on that one.
 */
#include <linux/bits.h>
#include <linux/interrupt.h>
#include <linux/pci.h>
#include <linux/printk.h>

#include <asm/xen/hypercall.h>
#include <xen/guest.h>
#include <xen/interface/hvm/hvm_op.h>
#include <xen/interface/hvm/params.h>

#include "core.h"

/* HVM_PARAM_CALLBACK_IRQ: type 1, and where the device is. */
#define CALLBACK_BY_INTX BIT_ULL(56)

static struct pci_dev *device;

static irqreturn_t on_upcall(int irq, void *data)
{
	struct event_cpu *c = data;

	/* Others may be on the same line. */
	if (!READ_ONCE(c->info->evtchn_upcall_pending))
		return IRQ_NONE;
	event_cpu_serve(c);
	return IRQ_HANDLED;
}

static int set_callback(u64 value)
{
	struct xen_hvm_param param = {
		.domid = DOMID_SELF,
		.index = HVM_PARAM_CALLBACK_IRQ,
		.value = value,
	};

	return HYPERVISOR_hvm_op(HVMOP_set_param, &param);
}

static int start(void)
{
	int err;

	device = xen_platform_device();
	if (!device)
		return -ENODEV;
	err = pci_enable_device(device);
	if (!err && !device->irq) {
		pci_disable_device(device);
		err = -ENXIO;
	}
	if (err)
		pr_err("the platform PCI device %s has no interrupt (%d)\n",
		       pci_name(device), err);
	return err;
}

static void stop(void)
{
	pci_disable_device(device);
	device = NULL;
}

static u64 place_of(struct pci_dev *dev)
{
	u8 pin = 1;

	pci_read_config_byte(dev, PCI_INTERRUPT_PIN, &pin);
	return CALLBACK_BY_INTX | (u64)pci_domain_nr(dev->bus) << 32 |
	       (u64)dev->bus->number << 16 | dev->devfn << 8 | ((pin - 1) & 3);
}

static int cpu_start(struct event_cpu *c)
{
	int err = request_irq(device->irq, on_upcall,
			      IRQF_SHARED | IRQF_NOBALANCING | IRQF_NO_THREAD,
			      "xendomu-upcall", c);

	if (err) {
		pr_err("interrupt %u of %s is taken by a driver that does not share it (%d)\n",
		       device->irq, pci_name(device), err);
		return err;
	}
	/* What a port's handler expects: that it runs where the port is. */
	irq_set_affinity(device->irq, cpumask_of(c->cpu));
	err = set_callback(place_of(device));
	if (err) {
		pr_err("Xen does not take the interrupt of %s for upcalls (%d)\n",
		       pci_name(device), err);
		free_irq(device->irq, c);
	}
	return err;
}

static void cpu_stop(struct event_cpu *c)
{
	int err = set_callback(0);

	if (err)
		pr_err("Xen goes on to raise the interrupt of %s (%d)\n",
		       pci_name(device), err);
	free_irq(device->irq, c);
}

static bool is_for(const struct event_cpu *c)
{
	return !c->vcpu;
}

const struct upcall upcall_intx = {
	.name = "intx",
	.start = start,
	.stop = stop,
	.is_for = is_for,
	.cpu_start = cpu_start,
	.cpu_stop = cpu_stop,
};
