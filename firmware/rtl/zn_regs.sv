// AXI4-Lite slave with the registers of docs/register-map.md. Unmapped offsets and writes to read-only ones: SLVERR.
// Latency: read 2 cycles, write 2 cycles. Stall rule: one read and one write under way at a time.
// Parameters: the build's constants, shown in build0, build1 and multipliers.
`default_nettype none
module zn_regs #(
    parameter logic [31:0] BUILD0 = 32'd0,
    parameter logic [31:0] BUILD1 = 32'd0,
    parameter logic [31:0] MULTIPLIERS = 32'd0,
    parameter logic [31:0] CAPABILITIES = 32'd0
) (
    input  wire         clk_i,
    input  wire         rst_i,
    // AXI4-Lite
    input  wire         awvalid_i,
    output wire         awready_o,
    input  wire  [11:0] awaddr_i,
    input  wire         wvalid_i,
    output wire         wready_o,
    input  wire  [31:0] wdata_i,
    input  wire  [3:0]  wstrb_i,
    output logic        bvalid_o,
    input  wire         bready_i,
    output logic [1:0]  bresp_o,
    input  wire         arvalid_i,
    output wire         arready_o,
    input  wire  [11:0] araddr_i,
    output logic        rvalid_o,
    input  wire         rready_i,
    output logic [31:0] rdata_o,
    output logic [1:0]  rresp_o,
    output logic        irq_o,
    // control
    output logic        start_o,
    output logic        abort_o,
    output logic        soft_reset_o,
    output logic [31:0] command_address_o,
    output logic [15:0] command_count_o,
    output logic [31:0] window_base_o,
    output logic [31:0] window_limit_o,
    output logic [31:0] timeout_o,
    input  wire         busy_i,
    input  wire         draining_i,
    input  wire         done_i,
    input  wire         failed_i,
    input  wire  [3:0]  error_code_i,
    input  wire  [15:0] error_command_i,
    input  wire  [31:0] error_addr_i,
    input  wire  [31:0] completed_i,
    input  wire  [31:0] cycles_i,
    input  wire  [63:0] macs_i,
    input  wire  [31:0] array_cycles_i,
    input  wire  [31:0] stall_read_i,
    input  wire  [31:0] stall_write_i,
    input  wire  [31:0] stall_weights_i,
    input  wire  [31:0] read_beats_i,
    input  wire  [31:0] write_beats_i
);
  localparam int IRQ = zn_pkg::IRQ_STATUS_BITS;
  localparam int COUNT = zn_pkg::COMMAND_COUNT_BITS;
  logic [IRQ-1:0] irq_enable_q, irq_status_q;
  logic [IRQ-1:0] causes;
  always_comb begin
    causes = '0;
    causes[zn_pkg::IRQ_STATUS_DONE_BIT] = done_i;
    causes[zn_pkg::IRQ_STATUS_ERROR_BIT] = failed_i;
  end
  wire [31:0] status = 32'(busy_i) << zn_pkg::STATUS_BUSY_BIT | 32'(draining_i) << zn_pkg::STATUS_DRAINING_BIT;

  // ---- Write: address and data are taken together
  wire accept = awvalid_i && wvalid_i && !bvalid_o;
  assign awready_o = accept;
  assign wready_o = accept;
  wire [31:0] mask = {{8{wstrb_i[3]}}, {8{wstrb_i[2]}}, {8{wstrb_i[1]}}, {8{wstrb_i[0]}}};
  wire [31:0] bits = wdata_i & mask;

  always_ff @(posedge clk_i) begin
    start_o      <= 1'b0;
    abort_o      <= 1'b0;
    soft_reset_o <= 1'b0;
    if (bvalid_o && bready_i) bvalid_o <= 1'b0;
    irq_status_q <= irq_status_q | causes;
    if (accept) begin
      bvalid_o <= 1'b1;
      bresp_o  <= 2'b00;
      case ({awaddr_i[11:2], 2'b00})
        zn_pkg::REG_CONTROL: begin
          start_o      <= bits[zn_pkg::CONTROL_START_BIT];
          abort_o      <= bits[zn_pkg::CONTROL_ABORT_BIT];
          soft_reset_o <= bits[zn_pkg::CONTROL_SOFT_RESET_BIT];
        end
        zn_pkg::REG_IRQ_ENABLE: irq_enable_q <= (irq_enable_q & ~mask[IRQ-1:0]) | bits[IRQ-1:0];
        zn_pkg::REG_IRQ_STATUS: irq_status_q <= (irq_status_q & ~bits[IRQ-1:0]) | causes;
        zn_pkg::REG_COMMAND_ADDRESS: command_address_o <= (command_address_o & ~mask) | bits;
        zn_pkg::REG_COMMAND_COUNT: command_count_o <= (command_count_o & ~mask[COUNT-1:0]) | bits[COUNT-1:0];
        zn_pkg::REG_WINDOW_BASE: window_base_o <= (window_base_o & ~mask) | bits;
        zn_pkg::REG_WINDOW_LIMIT: window_limit_o <= (window_limit_o & ~mask) | bits;
        zn_pkg::REG_TIMEOUT: timeout_o <= (timeout_o & ~mask) | bits;
        default: bresp_o <= 2'b10;
      endcase
    end
    irq_o <= (irq_status_q & irq_enable_q) != '0;
    if (rst_i) begin
      bvalid_o          <= 1'b0;
      irq_enable_q      <= '0;
      irq_status_q      <= '0;
      command_address_o <= '0;
      command_count_o   <= '0;
      window_base_o     <= '0;
      window_limit_o    <= '0;
      timeout_o         <= '0;
      start_o           <= 1'b0;
      abort_o           <= 1'b0;
      soft_reset_o      <= 1'b0;
      irq_o             <= 1'b0;
    end else if (soft_reset_o) begin
      irq_enable_q      <= '0;
      irq_status_q      <= '0;
      command_address_o <= '0;
      command_count_o   <= '0;
      window_base_o     <= '0;
      window_limit_o    <= '0;
      timeout_o         <= '0;
    end
  end

  // ---- Read
  logic        read_q;
  logic [9:0]  read_addr_q;
  assign arready_o = !read_q && !rvalid_o;
  always_ff @(posedge clk_i) begin
    if (arvalid_i && arready_o) begin
      read_q      <= 1'b1;
      read_addr_q <= araddr_i[11:2];
    end
    if (rvalid_o && rready_i) rvalid_o <= 1'b0;
    if (read_q) begin
      read_q   <= 1'b0;
      rvalid_o <= 1'b1;
      rresp_o  <= 2'b00;
      case ({read_addr_q, 2'b00})
        zn_pkg::REG_ID:              rdata_o <= zn_pkg::ID;
        zn_pkg::REG_VERSION:         rdata_o <= zn_pkg::VERSION;
        zn_pkg::REG_CAPABILITIES:    rdata_o <= CAPABILITIES;
        zn_pkg::REG_BUILD0:          rdata_o <= BUILD0;
        zn_pkg::REG_BUILD1:          rdata_o <= BUILD1;
        zn_pkg::REG_MULTIPLIERS:     rdata_o <= MULTIPLIERS;
        zn_pkg::REG_CONTROL:         rdata_o <= '0;
        zn_pkg::REG_STATUS:          rdata_o <= status;
        zn_pkg::REG_IRQ_ENABLE:      rdata_o <= 32'(irq_enable_q);
        zn_pkg::REG_IRQ_STATUS:      rdata_o <= 32'(irq_status_q);
        zn_pkg::REG_COMMAND_ADDRESS: rdata_o <= command_address_o;
        zn_pkg::REG_COMMAND_COUNT:   rdata_o <= 32'(command_count_o);
        zn_pkg::REG_WINDOW_BASE:     rdata_o <= window_base_o;
        zn_pkg::REG_WINDOW_LIMIT:    rdata_o <= window_limit_o;
        zn_pkg::REG_TIMEOUT:         rdata_o <= timeout_o;
        zn_pkg::REG_ERROR_CODE:      rdata_o <= 32'(error_code_i) << zn_pkg::ERROR_CODE_CODE_LSB;
        zn_pkg::REG_ERROR_COMMAND:   rdata_o <= 32'(error_command_i) << zn_pkg::ERROR_COMMAND_INDEX_LSB;
        zn_pkg::REG_ERROR_ADDRESS:   rdata_o <= error_addr_i;
        zn_pkg::REG_COMPLETED:       rdata_o <= completed_i;
        zn_pkg::REG_CYCLES:          rdata_o <= cycles_i;
        zn_pkg::REG_MACS_LOW:        rdata_o <= macs_i[31:0];
        zn_pkg::REG_MACS_HIGH:       rdata_o <= macs_i[63:32];
        zn_pkg::REG_ARRAY_CYCLES:    rdata_o <= array_cycles_i;
        zn_pkg::REG_STALL_READ:      rdata_o <= stall_read_i;
        zn_pkg::REG_STALL_WRITE:     rdata_o <= stall_write_i;
        zn_pkg::REG_STALL_WEIGHTS:   rdata_o <= stall_weights_i;
        zn_pkg::REG_READ_BEATS:      rdata_o <= read_beats_i;
        zn_pkg::REG_WRITE_BEATS:     rdata_o <= write_beats_i;
        default: begin
          rdata_o <= '0;
          rresp_o <= 2'b10;
        end
      endcase
    end
    if (rst_i) begin
      read_q   <= 1'b0;
      rvalid_o <= 1'b0;
    end
  end
  wire _unused = &{1'b0, awaddr_i[1:0], araddr_i[1:0]};
endmodule
`default_nettype wire
