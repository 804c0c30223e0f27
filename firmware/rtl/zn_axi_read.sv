// AXI4 read master of one port, shared by three clients: 0 commands, 1 weights, 2 rows. 64 bits, one id, INCR bursts.
// Every burst is checked against the DMA window before it is issued; up to 8 are outstanding.
// Halted: no new burst; data of outstanding ones is taken and dropped; idle_o when the last has ended.
// Latency: 5 cycles from request to AR, 1 from R to client. Stall rule: ready/valid; rready_o is a register's state. Parameters: none.
`default_nettype none
module zn_axi_read (
    input  wire         clk_i,
    input  wire         rst_i,       // power-on or external reset only: bursts survive a soft reset
    input  wire         halt_i,
    output wire         idle_o,
    input  wire  [31:0] window_base_i,
    input  wire  [31:0] window_limit_i,
    input  wire         weights_low_i, // weights are getting scarce: they take turns with rows, else rows go first
    // bursts asked for by the clients
    input  wire  [2:0]  req_valid_i,
    output logic [2:0]  req_ready_o,
    input  wire  [95:0] req_addr_i,
    input  wire  [23:0] req_beats_i,    // 8 bits per client
    // data for the clients
    output wire  [2:0]  data_valid_o,
    input  wire  [2:0]  data_ready_i,
    output wire  [63:0] data_o,
    // errors: pulse, code, client, address of a refused burst
    output logic        error_o,
    output logic [3:0]  error_code_o,
    output logic [1:0]  error_client_o,
    output logic [31:0] error_addr_o,
    output wire         beat_o,
    // AXI4
    output logic        arvalid_o,
    input  wire         arready_i,
    output logic [31:0] araddr_o,
    output logic [7:0]  arlen_o,
    input  wire         rvalid_i,
    output wire         rready_o,
    input  wire  [63:0] rdata_i,
    input  wire  [1:0]  rresp_i,
    input  wire         rlast_i
);
  typedef enum logic [2:0] {PICK, TAKE, SPAN, CHECK, ISSUE} state_t;
  state_t state_q;
  logic [1:0]  client_q, turn_q;
  logic [31:0] addr_q;
  logic [32:0] end_q;
  logic [4:0]  beats_q;
  logic        low_q;

  // Commands first (few and urgent); weights run far ahead, so rows pass them until weights get scarce
  logic [1:0] pick;
  always_comb begin
    if (req_valid_i[0]) pick = 2'd0;
    else if (req_valid_i[1] && (!req_valid_i[2] || (weights_low_i && turn_q != 2'd1))) pick = 2'd1;
    else pick = 2'd2;
  end

  wire        owner_ready, owner_valid;
  wire [1:0]  owner;
  wire [3:0]  outstanding;
  wire        issue = state_q == ISSUE && !arvalid_o && owner_ready && !halt_i;
  // Two beats between the port and the clients: no path from a client's readiness to the port
  wire        beat_valid, beat_ready, beat_last;
  wire [1:0]  beat_resp, beat_level;
  zn_fifo #(.WIDTH(67), .DEPTH_LOG2(1)) u_beats (
      .clk_i, .rst_i, .valid_i(rvalid_i), .ready_o(rready_o), .data_i({rlast_i, rresp_i, rdata_i}),
      .valid_o(beat_valid), .ready_i(beat_ready), .data_o({beat_last, beat_resp, data_o}), .level_o(beat_level));
  wire        given = beat_valid && beat_ready;
  wire        last = given && beat_last;
  zn_fifo #(.WIDTH(2), .DEPTH_LOG2(3)) u_owner (
      .clk_i, .rst_i, .valid_i(issue), .ready_o(owner_ready), .data_i(client_q),
      .valid_o(owner_valid), .ready_i(last), .data_o(owner), .level_o(outstanding));

  assign idle_o = outstanding == '0 && !arvalid_o && (state_q == PICK || halt_i);
  assign beat_ready = owner_valid && (halt_i || data_ready_i[owner]);
  assign data_valid_o = (beat_valid && owner_valid && !halt_i) ? 3'd1 << owner : 3'd0;
  assign beat_o = rvalid_i && rready_o;

  integer c;
  always_comb for (c = 0; c < 3; c++) req_ready_o[c] = state_q == TAKE && client_q == 2'(c) && !halt_i;

  always_ff @(posedge clk_i) begin
    error_o <= 1'b0;
    if (arvalid_o && arready_i) arvalid_o <= 1'b0;
    case (state_q)
      PICK: if (req_valid_i != '0 && !halt_i) begin
        client_q <= pick;
        turn_q   <= pick;
        state_q  <= TAKE;
      end
      TAKE: begin
        addr_q  <= req_addr_i[client_q*32+:32];
        beats_q <= req_beats_i[client_q*8+:5];
        state_q <= SPAN;
      end
      SPAN: begin
        end_q   <= {1'b0, addr_q} + {25'd0, beats_q, 3'd0};
        low_q   <= addr_q < window_base_i;
        state_q <= CHECK;
      end
      CHECK: begin
        if (low_q || end_q > {1'b0, window_limit_i}) begin
          error_o        <= 1'b1;
          error_code_o   <= zn_pkg::ERR_WINDOW;
          error_client_o <= client_q;
          error_addr_o   <= addr_q;
          state_q        <= PICK;
        end else state_q <= ISSUE;
      end
      default: if (issue) begin
        arvalid_o <= 1'b1;
        araddr_o  <= addr_q;
        arlen_o   <= {3'd0, beats_q - 5'd1};
        state_q   <= PICK;
      end
    endcase
    if (halt_i) state_q <= PICK;
    if (given && beat_resp[1] && !halt_i) begin
      error_o        <= 1'b1;
      error_code_o   <= beat_resp[0] ? zn_pkg::ERR_READ_DECERR : zn_pkg::ERR_READ_SLVERR;
      error_client_o <= owner;
      error_addr_o   <= '0;
    end
    if (rst_i) begin
      state_q   <= PICK;
      arvalid_o <= 1'b0;
      turn_q    <= '0;
      error_o   <= 1'b0;
    end
  end
  wire _unused = &{1'b0, beat_level, beat_resp[0]};
endmodule
`default_nettype wire
